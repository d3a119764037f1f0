using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>[a, b]</c>.</summary>
internal sealed class ListExpression(Expression[] items, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => items;

    public override object Evaluate(Frame frame)
    {
        var values = new List<object>(items.Length);
        foreach (var item in items)
        {
            values.Add(item.Evaluate(frame));
        }

        return new PyList(values) { MadeByTemplate = true };
    }
}
