using FineTuneStudio.Engine.Templates.Binding;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>a if test else b</c>.</summary>
internal sealed class ConditionalExpression(Expression test, Expression then, Expression? otherwise, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => otherwise is null ? [test, then] : [test, then, otherwise];

    public override void Bind(BindFrame frame) => base.Bind(frame.Soft());

    public override object Evaluate(Frame frame) => PyOperators.IsTrue(test.Evaluate(frame))
        ? then.Evaluate(frame)
        : otherwise?.Evaluate(frame) ?? Undefined.Because($"The if-expression on line {Line} is false and has no else.");
}
