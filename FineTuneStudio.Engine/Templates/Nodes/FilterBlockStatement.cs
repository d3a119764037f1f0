using FineTuneStudio.Engine.Templates.Binding;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>{% filter name %}body{% endfilter %}</c>.</summary>
internal sealed class FilterBlockStatement(CapturedExpression captured, Expression filter, Statement[] body, int line) : Statement(line)
{
    private FrameLayout? _layout;

    public Expression Filter => filter;

    public override IEnumerable<Node> Children => [.. body, filter];

    public override void Bind(BindFrame frame)
    {
        var inner = frame.Inner();
        var visitor = new SymbolVisitor(inner.Symbols);
        visitor.VisitAll(body);
        visitor.Visit(filter);
        _layout = inner.Symbols.Layout();
        BindAll(body, inner);
        filter.Bind(inner);
    }

    public override Flow Execute(Frame frame)
    {
        _layout!.Enter(frame);
        var start = frame.State.Output.Length;
        var flow = ExecuteAll(body, frame);
        captured.Set(frame, frame.State.Take(start));
        if (flow == Flow.Next)
        {
            var result = filter.Evaluate(frame);
            frame.State.Write(PyText.Raw(result)
                ?? throw TemplateException.Type($"A filter block's last filter has to give text, not {PyType.Describe(result)}; end it with string."));
            _layout.Leave(frame);
        }

        return flow;
    }
}
