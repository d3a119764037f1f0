namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>A Python iterator or generator: its items come once, and only when asked for.</summary>
internal sealed class PyIterator(IEnumerable<object> items, string typeName = "generator")
{
    private readonly IEnumerator<object> _items = items.GetEnumerator();

    public string TypeName { get; } = typeName;

    /// <summary>The next item, or <see langword="null"/> at the end.</summary>
    public object? Next() => _items.MoveNext() ? _items.Current : null;
}
