using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>{% break %}</c> and <c>{% continue %}</c>.</summary>
internal sealed class JumpStatement(Flow flow, int line) : Statement(line)
{
    public override void Bind(BindFrame frame)
    {
        if (!frame.InLoop)
        {
            throw Fail($"A {(flow == Flow.Break ? "break" : "continue")} stands outside of a loop.");
        }
    }

    public override Flow Execute(Frame frame) => flow;
}
