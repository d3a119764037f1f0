using System.Runtime.CompilerServices;
using FineTuneStudio.Engine.Templates.Binding;
using FineTuneStudio.Engine.Templates.Builtins;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>value is name(arguments)</c>.</summary>
internal sealed class TestExpression(Expression target, string name, Arguments arguments, int line) : Expression(line)
{
    private readonly Builtin? _test = Tests.All.GetValueOrDefault(name);

    public override IEnumerable<Node> Children => [target, .. arguments.Children];

    public override void Bind(BindFrame frame)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (_test is null && !frame.IsSoft)
        {
            throw Fail(Tests.Unknown(name));
        }

        target.Bind(frame);
        arguments.Bind(frame);
    }

    public override object Evaluate(Frame frame)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var test = _test ?? throw new TemplateException(TemplateFaultKind.Runtime, Tests.Unknown(name));
        return test.Invoke(frame.State, target.Evaluate(frame), arguments.Positional(frame), arguments.Keywords(frame));
    }
}
