using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>{% set name | filter %}body{% endset %}</c>.</summary>
internal sealed class AssignBlockStatement(Target target, CapturedExpression captured, Expression value, Statement[] body, int line) : Statement(line)
{
    private BoundTarget? _target;
    private FrameLayout? _layout;

    public Target Target => target;

    public override IEnumerable<Node> Children => [target, value, .. body];

    public override void Bind(BindFrame frame)
    {
        var inner = frame.Inner();
        new SymbolVisitor(inner.Symbols).VisitAll(body);
        _layout = inner.Symbols.Layout();
        BindAll(body, inner);
        value.Bind(inner);
        _target = target.Bind(frame);
    }

    public override Flow Execute(Frame frame)
    {
        _layout!.Enter(frame);
        var start = frame.State.Output.Length;
        var flow = ExecuteAll(body, frame);
        captured.Set(frame, frame.State.Take(start));
        if (flow == Flow.Next)
        {
            _target!(frame, value.Evaluate(frame));
            _layout.Leave(frame);
        }

        return flow;
    }
}
