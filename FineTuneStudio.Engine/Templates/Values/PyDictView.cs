namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>What <c>keys()</c>, <c>values()</c> and <c>items()</c> give: a live view of a dict.</summary>
internal sealed class PyDictView(PyDict dict, PyDictViewKind kind)
{
    public PyDict Dict { get; } = dict;

    public PyDictViewKind Kind { get; } = kind;

    public object At(int position)
    {
        var entry = Dict[position];
        return Kind switch
        {
            PyDictViewKind.Keys => entry.Key,
            PyDictViewKind.Values => entry.Value,
            _ => new PyTuple(entry.Key, entry.Value),
        };
    }
}
