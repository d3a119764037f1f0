namespace FineTuneStudio.Engine.Templates.Binding;

/// <summary>A variable: a place in the calls of a function.</summary>
internal sealed class Variable(FunctionScope function, int slot)
{
    public FunctionScope Function { get; } = function;

    public int Slot { get; } = slot;
}
