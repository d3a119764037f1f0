using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>{% generation %}</c>: what the assistant writes. Its body is a function of its own, so what it sets stays inside.</summary>
internal sealed class GenerationStatement(MacroBody body, int line) : Statement(line)
{
    public override IEnumerable<Node> Children => body.Children;

    public override void Bind(BindFrame frame) => body.Bind(frame);

    public override Flow Execute(Frame frame)
    {
        var state = frame.State;
        state.Enter();
        var start = state.Output.Length;
        var text = body.Run(state, frame, "generation", [], null);
        state.Leave();
        state.Write(text);
        state.AddGeneration(start, text);
        return Flow.Next;
    }
}
