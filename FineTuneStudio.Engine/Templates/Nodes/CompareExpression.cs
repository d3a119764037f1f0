using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>a &lt; b == c</c>: each neighbouring pair has to hold.</summary>
internal sealed class CompareExpression(Expression first, (CompareOperator Operator, Expression Operand)[] rest, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => rest.Select(part => (Node)part.Operand).Prepend(first);

    public override object Evaluate(Frame frame)
    {
        var left = first.Evaluate(frame);
        foreach (var (operation, operand) in rest)
        {
            var right = operand.Evaluate(frame);
            if (!Holds(frame.State, operation, left, right))
            {
                return Boxed.False;
            }

            left = right;
        }

        return Boxed.True;
    }

    private static bool Holds(RenderState state, CompareOperator operation, object left, object right) => operation switch
    {
        CompareOperator.Equal => PyCompare.Equal(left, right),
        CompareOperator.NotEqual => !PyCompare.Equal(left, right),
        CompareOperator.In => PyOperators.Contains(state, right, left),
        CompareOperator.NotIn => !PyOperators.Contains(state, right, left),
        _ => PyCompare.Ordered(operation, left, right),
    };
}
