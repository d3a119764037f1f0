namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Something a template can call.</summary>
internal abstract class PyCallable
{
    /// <summary>What Python would call its type.</summary>
    public virtual string TypeName => "function";

    public abstract object Call(RenderState state, object[] positional, PyDict? keywords);
}
