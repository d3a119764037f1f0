using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>Text of the template that is printed as it stands.</summary>
internal sealed class TextStatement(string text, int line) : Statement(line)
{
    public string Text { get; } = text;

    public override void Bind(BindFrame frame)
    {
    }

    public override Flow Execute(Frame frame)
    {
        frame.State.Write(Text);
        return Flow.Next;
    }
}
