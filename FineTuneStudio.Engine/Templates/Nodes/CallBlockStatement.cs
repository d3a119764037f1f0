using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>{% call macro() %}body{% endcall %}</c>.</summary>
internal sealed class CallBlockStatement(CallExpression call, MacroBody body, int line) : Statement(line)
{
    public Expression Call => call;

    public override IEnumerable<Node> Children => [call, .. body.Children];

    public override void Bind(BindFrame frame)
    {
        body.Bind(frame);
        call.Bind(frame);
    }

    public override Flow Execute(Frame frame)
    {
        frame.State.Print(call.Evaluate(frame, new MacroFunction(body, null, frame)));
        return Flow.Next;
    }
}
