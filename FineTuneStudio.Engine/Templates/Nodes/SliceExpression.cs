using System.Runtime.CompilerServices;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>a[start:stop:step]</c>.</summary>
internal sealed class SliceExpression(Expression target, Expression? start, Expression? stop, Expression? step, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => new Node?[] { target, start, stop, step }.OfType<Node>();

    public override object Evaluate(Frame frame)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var value = target.Evaluate(frame);

        // Of literals the reference takes slices as items, which are undefined where they are not there, rather than an error.
        return value is (None or bool or long or double or PyDict) && IsConstant
            ? Undefined.Because($"{PyType.Describe(value)} has no slices; a text, a list or a tuple has.")
            : PySlice.Apply(frame.State, value, Bound(start, frame), Bound(stop, frame), Bound(step, frame));
    }

    private static object Bound(Expression? bound, Frame frame) => bound?.Evaluate(frame) ?? None.Value;
}
