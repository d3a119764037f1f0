using FineTuneStudio.Engine.Templates.Binding;
using FineTuneStudio.Engine.Templates.Nodes;
using FineTuneStudio.Engine.Templates.Syntax;

namespace FineTuneStudio.Engine.Templates;

/// <summary>A template read and bound: ready to run, any number of times at once.</summary>
internal sealed class TemplateProgram
{
    private readonly Statement[] _body;
    private readonly FunctionScope _function = new(null);
    private readonly FrameLayout _layout;
    private readonly VariableReference? _self;
    private readonly Dictionary<string, BlockStatement> _blocks = [];

    private TemplateProgram(Statement[] body)
    {
        _body = body;
        foreach (var block in body.SelectMany(statement => statement.All()).OfType<BlockStatement>())
        {
            if (!_blocks.TryAdd(block.Name, block))
            {
                throw new TemplateException(TemplateFaultKind.Syntax, $"The block '{block.Name}' is defined twice; give one another name.", block.Line);
            }
        }

        var frame = new BindFrame(new Symbols(null, _function), _blocks.Count > 0) { IsTop = true };
        if (Undeclared.Find(body, "self").Count > 0)
        {
            _self = _function.Reach(frame.Symbols.DeclareParameter("self"));
        }

        new SymbolVisitor(frame.Symbols).VisitAll(body);
        _layout = frame.Symbols.Layout();
        foreach (var statement in body)
        {
            statement.Bind(frame);
        }

        foreach (var block in _blocks.Values)
        {
            block.BindBody();
        }
    }

    public bool HasGenerationBlocks => _body.SelectMany(statement => statement.All()).OfType<GenerationStatement>().Any();

    /// <exception cref="TemplateException">The template cannot be read; the exception has the line.</exception>
    public static TemplateProgram Compile(string source)
    {
        try
        {
            return new TemplateProgram(TemplateParser.Parse(source));
        }
        catch (InsufficientExecutionStackException)
        {
            throw new TemplateException(TemplateFaultKind.Limit, "An expression of the template is too long or nested too deeply; split it by {% set %}.", 1);
        }
    }

    /// <exception cref="TemplateException">The template fails; the exception has the line.</exception>
    public RenderedTemplate Run(TemplateInput input, IReadOnlyDictionary<string, object> variables)
    {
        var state = new RenderState(input, _blocks);
        try
        {
            var context = new VariableContext(variables);
            var frame = new Frame(state, context, null, _function.Slots);
            if (_self is { } self)
            {
                frame.Set(self, new TemplateReference(state, context));
            }

            _layout.Enter(frame);
            foreach (var statement in _body)
            {
                state.Line = statement.Line;
                statement.Execute(frame);
            }
        }
        catch (TemplateException fault) when (fault.Line == 0)
        {
            throw new TemplateException(fault.Kind, fault.Message, state.Line);
        }
        catch (OverflowException)
        {
            throw new TemplateException(TemplateFaultKind.Overflow, "A number is too large for what it is used for.", state.Line);
        }
        catch (InsufficientExecutionStackException)
        {
            throw new TemplateException(TemplateFaultKind.Limit, "The template nests its work too deeply.", state.Line);
        }

        var text = state.Take(0);
        return new RenderedTemplate(text, state.GenerationSpans(text));
    }
}
