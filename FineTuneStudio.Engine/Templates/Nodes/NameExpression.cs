using FineTuneStudio.Engine.Templates.Binding;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>A variable that is read.</summary>
internal sealed class NameExpression(string name, int line) : Expression(line)
{
    private VariableReference? _reference;

    public string Name { get; } = name;

    public override bool IsConstant => false;

    public override void Bind(BindFrame frame)
    {
        var variable = frame.Symbols.Find(Name);
        _reference = variable is null ? null : frame.Function.Reach(variable);
    }

    public override object Evaluate(Frame frame) =>
        (_reference is { } reference ? frame.Get(reference) : frame.Context.Find(Name)) ?? Undefined.Variable(Name);
}
