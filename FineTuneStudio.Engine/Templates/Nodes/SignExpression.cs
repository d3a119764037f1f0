using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>-a</c>, <c>+a</c>.</summary>
internal sealed class SignExpression(bool negative, Expression operand, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [operand];

    public override object Evaluate(Frame frame) => PyOperators.Negate(operand.Evaluate(frame), negative);
}
