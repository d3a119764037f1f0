using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates;

/// <summary>One call of a function of the template (the template itself, a macro, a block): its variables.</summary>
internal sealed class Frame(RenderState state, VariableContext context, Frame? parent, int slots)
{
    private readonly object?[] _slots = slots == 0 ? [] : new object?[slots];

    public RenderState State { get; } = state;

    public VariableContext Context { get; } = context;

    /// <summary>The call in which this function was defined: its variables are seen, as they are now.</summary>
    public Frame? Parent { get; } = parent;

    public object? Get(VariableReference reference) => Owner(reference.Hops)._slots[reference.Slot];

    public void Set(VariableReference reference, object? value) => Owner(reference.Hops)._slots[reference.Slot] = value;

    private Frame Owner(int hops)
    {
        var frame = this;
        for (; hops > 0; hops--)
        {
            frame = frame.Parent!;
        }

        return frame;
    }
}
