using System.Runtime.CompilerServices;
using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>Something with a value.</summary>
internal abstract class Expression(int line) : Node(line)
{
    /// <summary>Finds the variables and filters it uses; once, before any evaluation.</summary>
    public virtual void Bind(BindFrame frame)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var child in Children)
        {
            ((Expression)child).Bind(frame);
        }
    }

    /// <summary>Made of literals only, so that jinja2 evaluates it when it reads the template.</summary>
    public virtual bool IsConstant => Children.All(child => child is Expression { IsConstant: true });

    public abstract object Evaluate(Frame frame);
}
