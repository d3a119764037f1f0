using FineTuneStudio.Engine.Templates.Builtins;

namespace FineTuneStudio.Engine.Templates;

/// <summary>The variables given from outside, those the template set at its top level, and the globals.</summary>
internal sealed class VariableContext(IReadOnlyDictionary<string, object> given)
{
    private Dictionary<string, object>? _set;

    public object? Find(string name)
    {
        if (_set is not null && _set.TryGetValue(name, out var value))
        {
            return value;
        }

        return given.TryGetValue(name, out value) ? value : Globals.All.GetValueOrDefault(name);
    }

    public void Set(string name, object value) => (_set ??= [])[name] = value;

    /// <summary>A context that also sees a frame's variables, for a scoped block.</summary>
    public VariableContext Derive(IEnumerable<KeyValuePair<string, object>> locals)
    {
        var all = given.ToDictionary();
        foreach (var (name, value) in (_set ?? []).Concat(locals))
        {
            all[name] = value;
        }

        return new VariableContext(all);
    }
}
