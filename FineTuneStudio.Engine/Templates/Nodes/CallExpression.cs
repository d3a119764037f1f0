using System.Runtime.CompilerServices;
using FineTuneStudio.Engine.Templates.Binding;
using FineTuneStudio.Engine.Templates.Builtins;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>f(a, b=c)</c>.</summary>
internal sealed class CallExpression(Expression callee, Arguments arguments, int line) : Expression(line)
{
    // Methods of text and of dicts are called without an object for the method in between.
    private readonly Builtin? _textMethod = callee is AttributeExpression { Name: var name } ? Methods.OfText.GetValueOrDefault(name) : null;
    private readonly Builtin? _dictMethod = callee is AttributeExpression { Name: var name } && Methods.OfDict.GetValueOrDefault(name) is { } method
        && !Methods.Changing.Contains(method) ? method : null;

    public override IEnumerable<Node> Children => [callee, .. arguments.Children];

    public override bool IsConstant => false;

    public override void Bind(BindFrame frame)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        callee.Bind(frame);
        arguments.Bind(frame);
    }

    public override object Evaluate(Frame frame) => Evaluate(frame, null);

    /// <summary>Calls it, giving it a call block's body as <c>caller</c>.</summary>
    public object Evaluate(Frame frame, MacroFunction? caller)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        object called;
        if (callee is AttributeExpression attribute)
        {
            var owner = attribute.Target.Evaluate(frame);
            var method = owner is string ? _textMethod : owner is PyDict ? _dictMethod : null;
            if (method is not null && caller is null)
            {
                return method.Invoke(frame.State, owner, arguments.Positional(frame), arguments.Keywords(frame));
            }

            called = Member.Attribute(frame.State, owner, attribute.Name);
        }
        else
        {
            called = callee.Evaluate(frame);
        }

        var positional = arguments.Positional(frame);
        var keywords = arguments.Keywords(frame);
        if (caller is not null)
        {
            keywords ??= new PyDict(1);
            keywords.Set("caller", caller);
        }

        frame.State.Line = Line;
        return called switch
        {
            PyCallable callable => callable.Call(frame.State, positional, keywords),
            Undefined undefined => throw undefined.Fault(),
            _ => throw TemplateException.Type($"{PyType.Describe(called)} cannot be called; leave the parentheses away."),
        };
    }
}
