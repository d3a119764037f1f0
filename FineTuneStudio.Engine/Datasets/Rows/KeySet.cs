using FineTuneStudio.Engine.Datasets.Statistics;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Finds a key that occurs twice in an object, for objects inside objects, without allocating for ordinary ones.</summary>
internal sealed class KeySet
{
    // A linear look through so many keys is faster than a table; an object with more goes on in the table.
    private const int LinearKeys = 48;

    private readonly HashSet<ulong> _table = [];
    private ulong[] _keys = new ulong[256];
    private int _count;
    private uint _objects;

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        _count = 0;
        _objects = 0;
        if (_table.Count > 0)
        {
            _table.Clear();
        }
    }

    /// <summary>Begins an object; pass the result on to <see cref="Add"/> and <see cref="End"/>.</summary>
    public Frame Begin() => new(_count, ++_objects);

    /// <summary>Adds a key (unescaped UTF-8); false where the object has it already.</summary>
    public bool Add(Frame frame, ReadOnlySpan<byte> name)
    {
        var hash = Hash64.Append(0, name);
        if (_keys.AsSpan(frame.First, _count - frame.First).Contains(hash))
        {
            return false;
        }

        if (_count - frame.First >= LinearKeys)
        {
            return _table.Add(Hash64.Append(hash, frame.Object));
        }

        if (_count == _keys.Length)
        {
            Array.Resize(ref _keys, _keys.Length * 2);
        }

        _keys[_count++] = hash;
        return true;
    }

    /// <summary>Ends an object.</summary>
    public void End(Frame frame) => _count = frame.First;

    /// <summary>An object that is being read.</summary>
    internal readonly record struct Frame(int First, uint Object);
}
