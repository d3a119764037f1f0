using FineTuneStudio.Engine.Templates.Nodes;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates;

/// <summary>A macro, or the body of a call block, together with the variables it sees.</summary>
internal sealed class MacroFunction(MacroBody body, string? name, Frame definedIn) : PyCallable
{
    public override string TypeName => "Macro";

    public override object Call(RenderState state, object[] positional, PyDict? keywords)
    {
        var line = state.Line;
        state.Enter();
        var text = body.Run(state, definedIn, name ?? "caller", positional, keywords);
        state.Leave();
        state.Line = line;
        return state.Captured(text);
    }

    /// <summary>A public attribute, or <see langword="null"/>.</summary>
    public object? Attribute(string attribute) => attribute switch
    {
        "name" => name is null ? None.Value : name,
        "arguments" => new PyTuple([.. body.Parameters]),
        "catch_kwargs" => Boxed.Of(body.TakesNamed),
        "catch_varargs" => Boxed.Of(body.TakesRest),
        "caller" => Boxed.Of(body.TakesCaller),
        "explicit_caller" => Boxed.Of(body.Parameters.Contains("caller")),
        _ => null,
    };

    public override string ToString() => $"<Macro {(name is null ? "anonymous" : PyText.Repr(name))}>";
}
