using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>The text that a filter block or a filtered set block captured: what its first filter works on.</summary>
internal sealed class CapturedExpression(int line) : Expression(line)
{
    private VariableReference _place;

    public override bool IsConstant => false;

    public override void Bind(BindFrame frame) => _place = frame.Function.Hidden();

    public void Set(Frame frame, string text) => frame.Set(_place, frame.State.Captured(text));

    public override object Evaluate(Frame frame) => frame.Get(_place)!;
}
