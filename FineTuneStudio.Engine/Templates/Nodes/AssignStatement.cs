using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>{% set name = value %}</c>.</summary>
internal sealed class AssignStatement(Target target, Expression value, int line) : Statement(line)
{
    private BoundTarget? _target;

    public Target Target => target;

    public Expression Value => value;

    public override IEnumerable<Node> Children => [target, value];

    public override void Bind(BindFrame frame)
    {
        value.Bind(frame);
        _target = target.Bind(frame);
    }

    public override Flow Execute(Frame frame)
    {
        _target!(frame, value.Evaluate(frame));
        return Flow.Next;
    }
}
