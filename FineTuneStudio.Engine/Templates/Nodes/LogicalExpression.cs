using System.Runtime.CompilerServices;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>a and b</c>, <c>a or b</c>: gives one of its values, and looks at the second only where it must.</summary>
internal sealed class LogicalExpression(bool isAnd, Expression left, Expression right, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [left, right];

    public override object Evaluate(Frame frame)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var value = left.Evaluate(frame);
        return PyOperators.IsTrue(value) == isAnd ? right.Evaluate(frame) : value;
    }
}
