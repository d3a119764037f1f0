using FineTuneStudio.Engine.Templates.Binding;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>Several targets that share out a value's items.</summary>
internal sealed class TupleTarget(Target[] items, int line) : Target(line)
{
    public override IEnumerable<Node> Children => items;

    public override BoundTarget Bind(BindFrame frame)
    {
        var bound = Array.ConvertAll(items, item => item.Bind(frame));
        return (current, value) =>
        {
            var parts = PyIteration.Unpack(current.State, value, bound.Length);
            for (var i = 0; i < bound.Length; i++)
            {
                bound[i](current, parts[i]);
            }
        };
    }
}
