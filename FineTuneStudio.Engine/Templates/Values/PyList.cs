namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's list.</summary>
internal sealed class PyList(List<object> items)
{
    public PyList()
        : this([])
    {
    }

    public List<object> Items { get; } = items;

    /// <summary>Written by the template itself (a literal), not part of the conversation.</summary>
    public bool MadeByTemplate { get; init; }

    /// <summary>Kept in a namespace of the template, which may therefore change it where the sandbox is not strict.</summary>
    public bool Changeable { get; set; }
}
