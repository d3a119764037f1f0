namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's tuple.</summary>
internal class PyTuple(params object[] items)
{
    public static readonly PyTuple Empty = new();

    public object[] Items { get; } = items;
}
