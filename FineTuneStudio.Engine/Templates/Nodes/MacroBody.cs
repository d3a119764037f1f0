using FineTuneStudio.Engine.Templates.Binding;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary>Parameters and body of a macro or a call block.</summary>
internal sealed class MacroBody(NameTarget[] parameters, Expression[] defaults, Statement[] body, int line) : Node(line)
{
    private FunctionScope? _function;
    private FrameLayout? _layout;
    private VariableReference[] _places = [];
    private VariableReference _caller;
    private VariableReference _named;
    private VariableReference _rest;
    private bool _hasOwnCaller;

    public IReadOnlyList<string> Parameters { get; } = Array.ConvertAll(parameters, parameter => parameter.Name);

    public bool TakesCaller { get; private set; }

    public bool TakesNamed { get; private set; }

    public bool TakesRest { get; private set; }

    public override IEnumerable<Node> Children => [.. parameters, .. defaults, .. body];

    public void Bind(BindFrame frame)
    {
        if (Parameters.Distinct().Count() < Parameters.Count)
        {
            throw Fail("A macro has two parameters of one name.");
        }

        var inner = frame.InnerFunction();
        _function = inner.Function;
        new SymbolVisitor(inner.Symbols).VisitAll(Children);
        _places = Array.ConvertAll(parameters, parameter => _function.Reach(inner.Symbols.Find(parameter.Name)!));
        BindSpecial(inner);
        _layout = inner.Symbols.Layout();
        foreach (var value in defaults)
        {
            value.Bind(inner);
        }

        foreach (var statement in body)
        {
            statement.Bind(inner);
        }
    }

    public string Run(RenderState state, Frame definedIn, string name, object[] positional, PyDict? keywords)
    {
        var frame = new Frame(state, definedIn.Context, definedIn, _function!.Slots);
        Fill(frame, name, positional, keywords);
        _layout!.Enter(frame);
        FillDefaults(frame);
        var start = state.Output.Length;
        foreach (var statement in body)
        {
            state.Line = statement.Line;
            statement.Execute(frame);
        }

        return state.Take(start);
    }

    private void BindSpecial(BindFrame inner)
    {
        var special = Undeclared.Find(body, "caller", "kwargs", "varargs");
        var ownCaller = Parameters.ToList().IndexOf("caller");
        _hasOwnCaller = ownCaller >= 0;
        if (special.Contains("caller"))
        {
            TakesCaller = true;
            if (!_hasOwnCaller)
            {
                _caller = inner.Function.Reach(inner.Symbols.DeclareParameter("caller"));
            }
            else if (ownCaller < parameters.Length - defaults.Length)
            {
                throw Fail("The parameter 'caller' is special; leave it out, or give it a default.");
            }
        }

        if (special.Contains("kwargs") && !Parameters.Contains("kwargs"))
        {
            TakesNamed = true;
            _named = inner.Function.Reach(inner.Symbols.DeclareParameter("kwargs"));
        }

        if (special.Contains("varargs") && !Parameters.Contains("varargs"))
        {
            TakesRest = true;
            _rest = inner.Function.Reach(inner.Symbols.DeclareParameter("varargs"));
        }
    }

    private void Fill(Frame frame, string name, object[] positional, PyDict? keywords)
    {
        var count = Math.Min(positional.Length, _places.Length);
        for (var i = 0; i < count; i++)
        {
            frame.Set(_places[i], positional[i]);
        }

        var named = keywords?.Copy() ?? new PyDict(0);
        for (var i = count; i < _places.Length; i++)
        {
            frame.Set(_places[i], named.Remove(Parameters[i]));
        }

        if (TakesCaller && !_hasOwnCaller)
        {
            frame.Set(_caller, named.Remove("caller") is { } caller and not None
                ? caller
                : Undefined.Because("There is no caller; use this macro by {% call %}."));
        }

        if (TakesNamed)
        {
            frame.Set(_named, named);
        }
        else if (named.Count > 0)
        {
            throw TemplateException.Type($"The macro {name} has no parameter {PyText.Repr(named[0].Key)}; it has {(_places.Length == 0 ? "none" : string.Join(", ", Parameters))}.");
        }

        if (TakesRest)
        {
            frame.Set(_rest, new PyTuple(positional[count..]));
        }
        else if (positional.Length > _places.Length)
        {
            throw TemplateException.Type($"The macro {name} takes at most {_places.Length} values, but {positional.Length} are given.");
        }
    }

    private void FillDefaults(Frame frame)
    {
        var firstDefault = _places.Length - defaults.Length;
        for (var i = 0; i < _places.Length; i++)
        {
            if (frame.Get(_places[i]) is null)
            {
                frame.Set(_places[i], i >= firstDefault
                    ? defaults[i - firstDefault].Evaluate(frame)
                    : Undefined.Because($"The parameter '{Parameters[i]}' was not given."));
            }
        }
    }
}
