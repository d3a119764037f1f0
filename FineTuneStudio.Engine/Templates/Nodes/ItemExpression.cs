using System.Runtime.CompilerServices;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>a[key]</c>.</summary>
internal sealed class ItemExpression(Expression target, Expression key, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [target, key];

    public override object Evaluate(Frame frame)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var value = target.Evaluate(frame);
        var index = key.Evaluate(frame);
        return value is PyDict dict && index is string name && dict.Find(name) is { } item ? item : Member.Item(frame.State, value, index);
    }
}
