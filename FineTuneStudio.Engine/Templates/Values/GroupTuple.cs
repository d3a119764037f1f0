namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>One group of the <c>groupby</c> filter: a pair whose parts also have names.</summary>
internal sealed class GroupTuple(object grouper, PyList list) : PyTuple(grouper, list)
{
    public object Grouper { get; } = grouper;

    public PyList List { get; } = list;
}
