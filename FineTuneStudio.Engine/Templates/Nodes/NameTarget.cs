using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>A variable that is set.</summary>
internal sealed class NameTarget(string name, int line, bool isParameter = false) : Target(line)
{
    public string Name { get; } = name;

    /// <summary>A parameter of a macro or a with block rather than a variable that is set.</summary>
    public bool IsParameter { get; } = isParameter;

    public override BoundTarget Bind(BindFrame frame)
    {
        var variable = frame.Symbols.Find(Name) ?? throw Fail($"'{Name}' cannot be set here.");
        var reference = frame.Function.Reach(variable);
        if (!frame.SharesWithBlocks)
        {
            return (current, value) => current.Set(reference, value);
        }

        return (current, value) =>
        {
            current.Set(reference, value);
            current.Context.Set(Name, value);
        };
    }
}
