namespace FineTuneStudio.Engine.Templates.Binding;

/// <summary>A function of the template (itself, a macro, a block, a recursive loop): hands out the places of its variables.</summary>
internal sealed class FunctionScope(FunctionScope? parent)
{
    private readonly Dictionary<string, Variable> _variables = [];

    public FunctionScope? Parent { get; } = parent;

    /// <summary>Places a call of the function needs; final once all is bound.</summary>
    public int Slots { get; private set; }

    /// <summary>The variable of a name at a nesting level; scopes of one level share it, as the reference's generated code does.</summary>
    public Variable Declare(int level, string name)
    {
        var key = $"{level} {name}";
        if (!_variables.TryGetValue(key, out var variable))
        {
            variable = new Variable(this, Slots++);
            _variables.Add(key, variable);
        }

        return variable;
    }

    /// <summary>A place that no name reaches.</summary>
    public VariableReference Hidden() => new(0, Slots++);

    /// <summary>How code in this function reaches a variable of it or of one around it.</summary>
    public VariableReference Reach(Variable variable)
    {
        var hops = 0;
        for (var function = this; function != variable.Function; function = function.Parent!)
        {
            hops++;
        }

        return new VariableReference(hops, variable.Slot);
    }
}
