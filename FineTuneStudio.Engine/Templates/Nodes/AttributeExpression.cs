using System.Runtime.CompilerServices;
using FineTuneStudio.Engine.Templates.Builtins;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>a.name</c>.</summary>
internal sealed class AttributeExpression(Expression target, string name, int line) : Expression(line)
{
    private readonly bool _isPlainKey = !name.StartsWith('_') && !Methods.OfDict.ContainsKey(name);

    public Expression Target => target;

    public string Name { get; } = string.Intern(name);

    public override IEnumerable<Node> Children => [target];

    public override object Evaluate(Frame frame)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var value = target.Evaluate(frame);
        return _isPlainKey && value is PyDict dict
            ? dict.Find(Name) ?? Undefined.Member(value, Name)
            : Member.Attribute(frame.State, value, Name);
    }
}
