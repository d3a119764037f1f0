using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>(a, b)</c>.</summary>
internal sealed class TupleExpression(Expression[] items, int line) : Expression(line)
{
    public IReadOnlyList<Expression> Items => items;

    public override IEnumerable<Node> Children => items;

    public override object Evaluate(Frame frame)
    {
        var values = new object[items.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = items[i].Evaluate(frame);
        }

        return new PyTuple(values);
    }
}
