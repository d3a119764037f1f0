using FineTuneStudio.Engine.Templates.Binding;

namespace FineTuneStudio.Engine.Templates.Nodes;

/// <summary><c>{% block name %}</c>: printed where it stands, and callable as <c>self.name()</c>.</summary>
internal sealed class BlockStatement(string name, Statement[] body, bool isScoped, bool isRequired, int line) : Statement(line)
{
    private FunctionScope? _function;
    private FrameLayout? _layout;
    private VariableReference? _self;
    private VariableReference? _super;
    private (string Name, VariableReference Place)[] _visible = [];

    public string Name { get; } = name;

    public bool IsScoped { get; } = isScoped;

    public override IEnumerable<Node> Children => body;

    /// <summary>Binds the place where it stands.</summary>
    public override void Bind(BindFrame frame)
    {
        if (IsScoped)
        {
            _visible = [.. frame.Symbols.Stored().Select(variable => (variable.Key, frame.Function.Reach(variable.Value)))];
        }
    }

    /// <summary>Binds its body, which sees nothing of the scopes around it.</summary>
    public void BindBody()
    {
        _function = new FunctionScope(null);
        var inner = new BindFrame(new Symbols(null, _function), hasBlocks: true);
        var special = Undeclared.Find(body, "self", "super");
        _self = special.Contains("self") ? _function.Reach(inner.Symbols.DeclareParameter("self")) : null;
        _super = special.Contains("super") ? _function.Reach(inner.Symbols.DeclareParameter("super")) : null;
        new SymbolVisitor(inner.Symbols).VisitAll(body);
        _layout = inner.Symbols.Layout();
        BindAll(body, inner);
    }

    public override Flow Execute(Frame frame)
    {
        if (isRequired)
        {
            throw new TemplateException(TemplateFaultKind.Runtime, $"The block '{Name}' is required to be filled by another template, which chat templates do not have.");
        }

        var context = IsScoped
            ? frame.Context.Derive(_visible.Select(variable => new KeyValuePair<string, object?>(variable.Name, frame.Get(variable.Place)))
                .Where(variable => variable.Value is not null)!)
            : frame.Context;
        frame.State.Enter();
        Run(frame.State, context);
        frame.State.Leave();
        return Flow.Next;
    }

    /// <summary>Its text, for <c>self.name()</c>.</summary>
    public string Capture(RenderState state, VariableContext context)
    {
        state.Enter();
        var start = state.Output.Length;
        Run(state, context);
        state.Leave();
        return state.Take(start);
    }

    private void Run(RenderState state, VariableContext context)
    {
        var frame = new Frame(state, context, null, _function!.Slots);
        if (_self is { } self)
        {
            frame.Set(self, new TemplateReference(state, context));
        }

        if (_super is { } super)
        {
            frame.Set(super, Values.Undefined.Because($"The block '{Name}' has no block above it."));
        }

        _layout!.Enter(frame);
        ExecuteAll(body, frame);
    }
}
