namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's equality and hash for dict keys.</summary>
internal sealed class PyKeyComparer : IEqualityComparer<object>
{
    public static readonly PyKeyComparer Instance = new();

    private PyKeyComparer()
    {
    }

    public new bool Equals(object? x, object? y) => PyCompare.Equal(x!, y!);

    public int GetHashCode(object obj) => PyCompare.Hash(obj);
}
