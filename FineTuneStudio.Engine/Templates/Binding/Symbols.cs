namespace FineTuneStudio.Engine.Templates.Binding;

/// <summary>Which names a scope reads and sets, and where their values come from: jinja2's scoping rules.</summary>
internal sealed class Symbols(Symbols? parent, FunctionScope function)
{
    private readonly int _level = parent is null ? 0 : parent._level + 1;
    private readonly Dictionary<string, Variable> _variables = [];
    private readonly Dictionary<Variable, Load> _loads = [];
    private readonly HashSet<string> _stores = [];

    public FunctionScope Function { get; } = function;

    /// <summary>Names set here or in a scope around, with their variables.</summary>
    public IEnumerable<KeyValuePair<string, Variable>> Stored()
    {
        var seen = new HashSet<string>();
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            foreach (var name in scope._stores.Where(seen.Add))
            {
                yield return new(name, Find(name)!);
            }
        }
    }

    private Symbols? Parent { get; } = parent;

    public Variable? Find(string name) => _variables.GetValueOrDefault(name) ?? Parent?.Find(name);

    /// <summary>A name is set.</summary>
    public void Store(string name)
    {
        _stores.Add(name);
        if (!_variables.ContainsKey(name))
        {
            var outer = Parent?.Find(name);
            Define(name, outer is null ? new Load(LoadKind.Missing, name) : new Load(LoadKind.Alias, name, outer));
        }
    }

    /// <summary>A name is a parameter (of a macro, a loop, a with block).</summary>
    public Variable DeclareParameter(string name)
    {
        _stores.Add(name);
        return Define(name, new Load(LoadKind.Parameter, name));
    }

    /// <summary>A name is read.</summary>
    public void Read(string name)
    {
        if (Find(name) is null)
        {
            Define(name, new Load(LoadKind.Resolve, name));
        }
    }

    /// <summary>A copy to look into one branch of an <c>if</c> with.</summary>
    public Symbols Branch()
    {
        var branch = new Symbols(Parent, Function);
        branch.Take(this);
        return branch;
    }

    /// <summary>Takes over what branches found. A name that only some of them set must have its value from around the <c>if</c> in the others.</summary>
    public void Merge(IReadOnlyList<Symbols> branches)
    {
        var onlyInBranches = branches.SelectMany(branch => branch._stores).Where(name => !_stores.Contains(name)).ToHashSet();
        foreach (var branch in branches)
        {
            Take(branch);
        }

        foreach (var name in onlyInBranches)
        {
            var outer = Parent?.Find(name);
            _loads[Find(name)!] = outer is null ? new Load(LoadKind.Resolve, name) : new Load(LoadKind.Alias, name, outer);
        }
    }

    /// <summary>What entering and leaving the scope does.</summary>
    public FrameLayout Layout() => new([.. _loads.Select(load => FrameLayout.Instruction(Function, load.Key, load.Value))]);

    private Variable Define(string name, Load load)
    {
        var variable = Function.Declare(_level, name);
        _variables[name] = variable;
        _loads[variable] = load;
        return variable;
    }

    private void Take(Symbols other)
    {
        foreach (var (name, variable) in other._variables)
        {
            _variables[name] = variable;
        }

        foreach (var (variable, load) in other._loads)
        {
            _loads[variable] = load;
        }

        _stores.UnionWith(other._stores);
    }
}
