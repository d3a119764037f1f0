namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Takes a record of delimited text apart, quotes removed; reuses its memory from record to record.</summary>
internal sealed class DelimitedFields(byte delimiter)
{
    private readonly List<(int Start, int Length)> _fields = [];
    private byte[] _text = new byte[4096];

    /// <summary>Fields of the last record.</summary>
    public int Count => _fields.Count;

    /// <summary>The text of a field.</summary>
    public ReadOnlySpan<byte> this[int index] => _text.AsSpan(_fields[index].Start, _fields[index].Length);

    public void Parse(ReadOnlySpan<byte> record)
    {
        if (_text.Length < record.Length)
        {
            _text = new byte[Math.Max(record.Length, _text.Length * 2)];
        }

        _fields.Clear();
        var used = 0;
        while (true)
        {
            var start = used;
            if (record.Length > 0 && record[0] == (byte)'"')
            {
                record = ReadQuoted(record[1..], ref used);
            }

            // What follows a closing quote up to the delimiter is kept as it is.
            var end = record.IndexOf(delimiter);
            var rest = end < 0 ? record : record[..end];
            rest.CopyTo(_text.AsSpan(used));
            used += rest.Length;
            _fields.Add((start, used - start));
            if (end < 0)
            {
                return;
            }

            record = record[(end + 1)..];
        }
    }

    private ReadOnlySpan<byte> ReadQuoted(ReadOnlySpan<byte> record, scoped ref int used)
    {
        while (true)
        {
            var quote = record.IndexOf((byte)'"');
            var part = quote < 0 ? record : record[..quote];
            part.CopyTo(_text.AsSpan(used));
            used += part.Length;
            if (quote < 0)
            {
                return [];
            }

            if (quote + 1 >= record.Length || record[quote + 1] != (byte)'"')
            {
                return record[(quote + 1)..];
            }

            _text[used++] = (byte)'"';
            record = record[(quote + 2)..];
        }
    }
}
