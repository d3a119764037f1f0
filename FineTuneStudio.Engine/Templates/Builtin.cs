using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates;

/// <summary>A function of the engine with a Python signature: a filter, a test, a method or a global.</summary>
internal sealed class Builtin : PyCallable
{
    private readonly string[] _parameters;
    private readonly int _required;
    private readonly int _positionalOnly;
    private readonly bool _takesRest;
    private readonly bool _takesNamed;
    private readonly Func<RenderState, object?[], object> _body;

    /// <param name="name">Name, for messages.</param>
    /// <param name="signature">Parameters: <c>name</c>, <c>name?</c> for an optional one, <c>/</c> after positional-only ones, <c>*rest</c>, <c>**named</c>.</param>
    /// <param name="body">Gets one value for each parameter; <see langword="null"/> for an optional one that was not given.</param>
    public Builtin(string name, string signature, Func<RenderState, object?[], object> body)
    {
        Name = name;
        _body = body;
        var parameters = new List<string>();
        foreach (var part in signature.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (part)
            {
                case "/":
                    _positionalOnly = parameters.Count;
                    break;
                case ['*', '*', ..]:
                    _takesNamed = true;
                    break;
                case ['*', ..]:
                    _takesRest = true;
                    break;
                default:
                    parameters.Add(part.TrimEnd('?'));
                    _required += part.EndsWith('?') ? 0 : 1;
                    break;
            }
        }

        _parameters = [.. parameters];
    }

    public string Name { get; }

    public override string TypeName => "function";

    /// <summary>A method: its value comes first.</summary>
    public static Builtin Method(string name, string signature, Func<RenderState, object?[], object> body) => new(name, "self / " + signature, body);

    public override object Call(RenderState state, object[] positional, PyDict? keywords) => Invoke(state, null, positional, keywords);

    /// <summary>Calls it with a first value (a filter's, or a method's own) before the others.</summary>
    public object Invoke(RenderState state, object? first, object[] positional, PyDict? keywords)
    {
        state.Step();
        var offset = first is null ? 0 : 1;
        var values = new object?[_parameters.Length + (_takesRest ? 1 : 0) + (_takesNamed ? 1 : 0)];
        var given = positional.Length + offset;
        if (first is not null)
        {
            values[0] = first;
        }

        for (var i = offset; i < _parameters.Length && i < given; i++)
        {
            values[i] = positional[i - offset];
        }

        if (_takesRest)
        {
            var taken = Math.Max(0, _parameters.Length - offset);
            values[_parameters.Length] = positional.Length > taken ? new PyTuple(positional[taken..]) : PyTuple.Empty;
        }
        else if (given > _parameters.Length)
        {
            throw TemplateException.Type($"{Name} takes at most {_parameters.Length - offset} values, but {positional.Length} are given.");
        }

        TakeNamed(values, keywords);
        RequireAll(values, offset);
        var result = _body(state, values);
        if (result is string text)
        {
            state.Make(text.Length);
        }

        return result;
    }

    public override string ToString() => $"<function {Name}>";

    private void TakeNamed(object?[] values, PyDict? keywords)
    {
        PyDict? rest = null;
        foreach (var (key, value) in keywords is null ? default : keywords.Entries)
        {
            var name = (string)key;
            var position = Array.IndexOf(_parameters, name, _positionalOnly);
            if (position >= 0)
            {
                values[position] = values[position] is null ? value : throw TemplateException.Type($"{Name} gets '{name}' twice.");
            }
            else if (_takesNamed)
            {
                (rest ??= new PyDict()).Set(name, value);
            }
            else
            {
                var known = _parameters[_positionalOnly..];
                throw TemplateException.Type(
                    $"{Name} has no parameter '{name}'; {(known.Length > 0 ? "it has " + string.Join(", ", known) : "it takes none by name")}.");
            }
        }

        if (_takesNamed)
        {
            values[^1] = rest ?? new PyDict(0);
        }
    }

    private void RequireAll(object?[] values, int offset)
    {
        for (var i = 0; i < _required; i++)
        {
            if (values[i] is null)
            {
                throw TemplateException.Type($"{Name} needs a value for '{_parameters[i]}'" + (i < offset ? " to work on." : "."));
            }
        }
    }
}
