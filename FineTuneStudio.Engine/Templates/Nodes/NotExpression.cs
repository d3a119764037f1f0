using System.Runtime.CompilerServices;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>not a</c>.</summary>
internal sealed class NotExpression(Expression operand, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [operand];

    public override object Evaluate(Frame frame)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return Boxed.Of(!PyOperators.IsTrue(operand.Evaluate(frame)));
    }
}
