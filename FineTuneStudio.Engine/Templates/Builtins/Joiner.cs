using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>The global <c>joiner</c>'s object: nothing at its first call, its separator at all others.</summary>
internal sealed class Joiner(object separator) : PyCallable
{
    private bool _used;

    public override string TypeName => "Joiner";

    public override object Call(RenderState state, object[] positional, PyDict? keywords)
    {
        if (!_used)
        {
            _used = true;
            return "";
        }

        return separator;
    }

    public object? Attribute(string name) => name switch
    {
        "sep" => separator,
        "used" => Boxed.Of(_used),
        _ => null,
    };

    public override string ToString() => "<jinja2.utils.Joiner object>";
}
