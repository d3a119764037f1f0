using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>Something with a value.</summary>
internal abstract class Expression(int line) : Node(line)
{
    /// <summary>Finds the variables and filters it uses; once, before any evaluation.</summary>
    public virtual void Bind(BindFrame frame)
    {
        foreach (var child in Children)
        {
            ((Expression)child).Bind(frame);
        }
    }

    public abstract object Evaluate(Frame frame);
}
