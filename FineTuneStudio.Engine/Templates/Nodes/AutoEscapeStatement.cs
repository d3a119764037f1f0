using FineTuneStudio.Engine.Templates.Binding;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>{% autoescape true %}</c>.</summary>
internal sealed class AutoEscapeStatement(Expression on, Statement[] body, int line) : Statement(line)
{
    private FrameLayout? _layout;

    public override IEnumerable<Node> Children => [on, .. body];

    public override void Bind(BindFrame frame)
    {
        var inner = frame.Inner();
        new SymbolVisitor(inner.Symbols).VisitAll(Children);
        _layout = inner.Symbols.Layout();
        on.Bind(inner);
        BindAll(body, inner);
    }

    public override Flow Execute(Frame frame)
    {
        _layout!.Enter(frame);
        var before = frame.State.AutoEscape;
        frame.State.AutoEscape = PyOperators.IsTrue(on.Evaluate(frame));
        var flow = ExecuteAll(body, frame);
        frame.State.AutoEscape = before;
        _layout.Leave(frame);
        return flow;
    }
}
