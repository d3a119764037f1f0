using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates;

/// <summary>A method together with the value it was read from: <c>text.split</c>.</summary>
internal sealed class BoundMethod(object self, Builtin method) : PyCallable
{
    public override string TypeName => "builtin_function_or_method";

    public override object Call(RenderState state, object[] positional, PyDict? keywords) => method.Invoke(state, self, positional, keywords);

    public bool SameAs(BoundMethod other) => ReferenceEquals(method, other.Method) && ReferenceEquals(self, other.Self);

    public override string ToString() => $"<built-in method {method.Name} of {PyType.Name(self)} object>";

    private Builtin Method => method;

    private object Self => self;
}
