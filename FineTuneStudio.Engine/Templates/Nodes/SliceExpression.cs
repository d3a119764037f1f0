using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>a[start:stop:step]</c>.</summary>
internal sealed class SliceExpression(Expression target, Expression? start, Expression? stop, Expression? step, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => new Node?[] { target, start, stop, step }.OfType<Node>();

    public override object Evaluate(Frame frame) => PySlice.Apply(
        frame.State, target.Evaluate(frame), Bound(start, frame), Bound(stop, frame), Bound(step, frame));

    private static object Bound(Expression? bound, Frame frame) => bound?.Evaluate(frame) ?? None.Value;
}
