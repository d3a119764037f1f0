namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's dict: keeps the order of insertion, and 1, 1.0 and True are one key.</summary>
/// <remarks>Small dicts, as messages are, are searched without hashing.</remarks>
internal sealed class PyDict
{
    private const int SearchedWithoutIndex = 8;

    private KeyValuePair<object, object>[] _entries;
    private Dictionary<object, int>? _index;

    public PyDict(int capacity = 4)
    {
        _entries = capacity == 0 ? [] : new KeyValuePair<object, object>[capacity];
    }

    public int Count { get; private set; }

    public bool MadeByTemplate { get; init; }

    /// <inheritdoc cref="PyList.Changeable"/>
    public bool Changeable { get; set; }

    public ReadOnlySpan<KeyValuePair<object, object>> Entries => _entries.AsSpan(0, Count);

    public KeyValuePair<object, object> this[int position] => _entries[position];

    /// <summary>The value of a key, or <see langword="null"/>.</summary>
    public object? Find(object key)
    {
        var position = key is string text ? PositionOf(text) : PositionOf(key);
        return position < 0 ? null : _entries[position].Value;
    }

    public object? Find(string key)
    {
        var position = PositionOf(key);
        return position < 0 ? null : _entries[position].Value;
    }

    public bool Contains(object key) => Find(key) is not null;

    public void Set(object key, object value)
    {
        var position = key is string text ? PositionOf(text) : PositionOf(key);
        if (position >= 0)
        {
            // Python keeps the first of several equal keys: {1: 'a', True: 'b'} is {1: 'b'}.
            _entries[position] = new(_entries[position].Key, value);
            return;
        }

        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(4, Count * 2));
        }

        _entries[Count] = new(key, value);
        _index?.Add(key, Count);
        Count++;
    }

    public object? Remove(object key)
    {
        var position = PositionOf(key);
        if (position < 0)
        {
            return null;
        }

        var value = _entries[position].Value;
        Array.Copy(_entries, position + 1, _entries, position, Count - position - 1);
        Count--;
        _entries[Count] = default;
        _index = null;
        return value;
    }

    public void Clear()
    {
        Array.Clear(_entries, 0, Count);
        Count = 0;
        _index = null;
    }

    public PyDict Copy()
    {
        var copy = new PyDict(Count);
        copy.Update(this);
        return copy;
    }

    public void Update(PyDict other)
    {
        for (var i = 0; i < other.Count; i++)
        {
            Set(other._entries[i].Key, other._entries[i].Value);
        }
    }

    private int PositionOf(string key)
    {
        if (Count > SearchedWithoutIndex)
        {
            return Index().GetValueOrDefault(key, -1);
        }

        for (var i = 0; i < Count; i++)
        {
            var candidate = _entries[i].Key;
            if (ReferenceEquals(candidate, key) || (candidate is string text ? text == key : PyCompare.Equal(candidate, key)))
            {
                return i;
            }
        }

        return -1;
    }

    private int PositionOf(object key)
    {
        if (Count > SearchedWithoutIndex)
        {
            return Index().GetValueOrDefault(key, -1);
        }

        PyCompare.RequireHashable(key);
        for (var i = 0; i < Count; i++)
        {
            if (PyCompare.Equal(_entries[i].Key, key))
            {
                return i;
            }
        }

        return -1;
    }

    private Dictionary<object, int> Index()
    {
        if (_index is null)
        {
            _index = new(Count * 2, PyKeyComparer.Instance);
            for (var i = 0; i < Count; i++)
            {
                _index.Add(_entries[i].Key, i);
            }
        }

        return _index;
    }
}
