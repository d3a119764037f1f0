using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>{% with name = value %}</c>.</summary>
internal sealed class WithStatement(Target[] targets, Expression[] values, Statement[] body, int line) : Statement(line)
{
    private BoundTarget[] _targets = [];
    private FrameLayout? _layout;

    public IReadOnlyList<Expression> Values => values;

    public override IEnumerable<Node> Children => [.. targets, .. values, .. body];

    public override void Bind(BindFrame frame)
    {
        var inner = frame.Inner();
        var visitor = new SymbolVisitor(inner.Symbols);
        visitor.VisitAll(targets, asParameters: true);
        visitor.VisitAll(body);
        _layout = inner.Symbols.Layout();
        _targets = Array.ConvertAll(targets, target => target.Bind(inner));
        foreach (var value in values)
        {
            value.Bind(frame);
        }

        BindAll(body, inner);
    }

    public override Flow Execute(Frame frame)
    {
        _layout!.Enter(frame);
        for (var i = 0; i < _targets.Length; i++)
        {
            _targets[i](frame, values[i].Evaluate(frame));
        }

        var flow = ExecuteAll(body, frame);
        if (flow == Flow.Next)
        {
            _layout.Leave(frame);
        }

        return flow;
    }
}
