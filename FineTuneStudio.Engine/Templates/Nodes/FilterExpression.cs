using System.Runtime.CompilerServices;
using FineTuneStudio.Engine.Templates.Binding;
using FineTuneStudio.Engine.Templates.Builtins;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>value | name(arguments)</c>.</summary>
internal sealed class FilterExpression(Expression target, string name, Arguments arguments, int line) : Expression(line)
{
    private readonly Builtin? _filter = Filters.All.GetValueOrDefault(name);

    public override IEnumerable<Node> Children => [target, .. arguments.Children];

    public override void Bind(BindFrame frame)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (_filter is null && !frame.IsSoft)
        {
            throw Fail(Filters.Unknown(name));
        }

        target.Bind(frame);
        arguments.Bind(frame);
    }

    public override object Evaluate(Frame frame)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var filter = _filter ?? throw new TemplateException(TemplateFaultKind.Runtime, Filters.Unknown(name));
        return filter.Invoke(frame.State, target.Evaluate(frame), arguments.Positional(frame), arguments.Keywords(frame));
    }
}
