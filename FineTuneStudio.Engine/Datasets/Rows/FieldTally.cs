using System.Text;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Counts fields beside the conversation, the first few dozen names only.</summary>
internal sealed class FieldTally
{
    private const int MaxNames = 32;
    private readonly List<Field> _fields = [];

    /// <summary>Counts a field and returns its name.</summary>
    public string Add(ReadOnlySpan<byte> name)
    {
        foreach (var field in _fields)
        {
            if (name.SequenceEqual(field.Bytes))
            {
                field.Rows++;
                return field.Name;
            }
        }

        var added = new Field(name[..Math.Min(name.Length, 100)].ToArray());
        if (_fields.Count < MaxNames && name.Length <= 100)
        {
            _fields.Add(added);
        }

        return added.Name;
    }

    public IEnumerable<FieldCount> Counts => _fields.Select(entry => new FieldCount(entry.Name, entry.Rows));

    private sealed class Field(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;

        public string Name { get; } = Encoding.UTF8.GetString(bytes);

        public long Rows { get; set; } = 1;
    }
}
