using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>Something that can be assigned to.</summary>
internal abstract class Target(int line) : Node(line)
{
    public abstract BoundTarget Bind(BindFrame frame);
}
