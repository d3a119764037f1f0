namespace FineTuneStudio.Engine.Gguf;

/// <summary>The key-value part of a GGUF file, in order. Values are .NET's own: numbers, texts, booleans, and arrays of them.</summary>
internal sealed class GgufMetadata
{
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);
    private readonly List<string> _keys = [];

    /// <summary>Keys in the order they were set.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>A value that is there.</summary>
    public object this[string key] => _values[key];

    /// <summary>Sets a value; llama.cpp reads counts and ids as <see cref="uint"/>, other numbers as <see cref="float"/>.</summary>
    /// <exception cref="ArgumentException">The key is set already, or the type is none of the format's.</exception>
    public void Set(string key, object value)
    {
        TypeOf(value is Array { } array ? array.GetType().GetElementType()! : value.GetType());
        _values.Add(key, value);
        _keys.Add(key);
    }

    /// <summary>Sets a value where there is one.</summary>
    public void SetOptional(string key, object? value)
    {
        if (value is not null)
        {
            Set(key, value);
        }
    }

    /// <summary>Whether a key is set.</summary>
    public bool Contains(string key) => _values.ContainsKey(key);

    /// <summary>A value of a type, or its default where there is none or it is of another type.</summary>
    public T? Find<T>(string key) => _values.TryGetValue(key, out var value) && value is T found ? found : default;

    /// <summary>A whole number, whatever its width, or <see langword="null"/>.</summary>
    public long? FindNumber(string key) => _values.GetValueOrDefault(key) switch
    {
        byte value => value,
        sbyte value => value,
        ushort value => value,
        short value => value,
        uint value => value,
        int value => value,
        long value => value,
        ulong value and <= long.MaxValue => (long)value,
        _ => null,
    };

    /// <summary>How the format names a .NET type.</summary>
    public static GgufValueType TypeOf(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => GgufValueType.UInt8,
        TypeCode.SByte => GgufValueType.Int8,
        TypeCode.UInt16 => GgufValueType.UInt16,
        TypeCode.Int16 => GgufValueType.Int16,
        TypeCode.UInt32 => GgufValueType.UInt32,
        TypeCode.Int32 => GgufValueType.Int32,
        TypeCode.UInt64 => GgufValueType.UInt64,
        TypeCode.Int64 => GgufValueType.Int64,
        TypeCode.Single => GgufValueType.Float32,
        TypeCode.Double => GgufValueType.Float64,
        TypeCode.Boolean => GgufValueType.Bool,
        TypeCode.String => GgufValueType.String,
        _ => throw new ArgumentException($"GGUF has no {type.Name}.", nameof(type)),
    };
}
