namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>A literal.</summary>
internal sealed class ConstantExpression(object value, int line) : Expression(line)
{
    public object Value { get; } = value;

    public override object Evaluate(Frame frame) => Value;
}
