using System.Runtime.CompilerServices;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>An operator between two values.</summary>
internal sealed class BinaryExpression(BinaryOperator operation, Expression left, Expression right, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [left, right];

    public override object Evaluate(Frame frame)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return PyOperators.Apply(frame.State, operation, left.Evaluate(frame), right.Evaluate(frame));
    }
}
