namespace FineTuneStudio.Engine.Templates;

/// <summary>The special variable <c>self</c>: the template's blocks.</summary>
internal sealed class TemplateReference(RenderState state, VariableContext context)
{
    /// <summary>A block that can be called, or <see langword="null"/>.</summary>
    public object? Block(string name) => state.Blocks.TryGetValue(name, out var block)
        ? new Builtin(name, "", (current, _) => current.Captured(block.Capture(current, context)))
        : null;
}
