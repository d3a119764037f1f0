using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>{{ value }}</c>.</summary>
internal sealed class PrintStatement(Expression value, int line) : Statement(line)
{
    public override IEnumerable<Node> Children => [value];

    public override void Bind(BindFrame frame) => value.Bind(frame);

    public override Flow Execute(Frame frame)
    {
        frame.State.Print(value.Evaluate(frame));
        return Flow.Next;
    }
}
