using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates;

/// <summary>A model's chat template (Jinja), read once and rendered for every conversation; safe to share between threads.</summary>
/// <remarks>
/// Behaves as jinja2's ImmutableSandboxedEnvironment set up as Hugging Face transformers does: trimmed blocks, loop controls,
/// <c>{% generation %}</c>, <c>tojson</c> as Python's <c>json.dumps</c>, <c>raise_exception</c>, <c>strftime_now</c>; no includes or imports.
/// </remarks>
public sealed class ChatTemplate
{
    private static readonly string[] ReasoningFields = ["reasoning_content", "thinking", "reasoning"];
    private readonly TemplateProgram _program;

    private ChatTemplate(string source, TemplateProgram program)
    {
        Source = source;
        _program = program;
        HasGenerationBlocks = program.HasGenerationBlocks;
        ReadsArgumentsAsText = source.Contains("arguments is string", StringComparison.Ordinal)
            || source.Contains("arguments'] is string", StringComparison.Ordinal)
            || source.Contains("arguments\"] is string", StringComparison.Ordinal);
    }

    /// <summary>The template as written.</summary>
    public string Source { get; }

    /// <summary>Whether the template marks what the assistant writes by <c>{% generation %}</c> blocks.</summary>
    public bool HasGenerationBlocks { get; }

    /// <summary>Whether the template looks at tool calls' arguments being text, and so takes both text and objects.</summary>
    internal bool ReadsArgumentsAsText { get; }

    /// <summary>Reads a template.</summary>
    /// <exception cref="UserErrorException">The template cannot be read; the field names the line.</exception>
    public static ChatTemplate Parse(string source) => TryParse(source, out var template, out var fault)
        ? template
        : throw new UserErrorException([fault.ToUserError()]);

    /// <summary>Reads a template, or says why it cannot be read.</summary>
    public static bool TryParse(string source, [NotNullWhen(true)] out ChatTemplate? template, [NotNullWhen(false)] out TemplateFault? fault)
    {
        try
        {
            template = new ChatTemplate(source, TemplateProgram.Compile(source));
            fault = null;
            return true;
        }
        catch (TemplateException exception)
        {
            template = null;
            fault = new TemplateFault(exception.Kind, exception.Message, Math.Max(1, exception.Line));
            return false;
        }
    }

    /// <summary>
    /// Reads the template of a model folder: <c>chat_template.jinja</c>, or <c>chat_template</c> in <c>tokenizer_config.json</c>
    /// (a text, or a list of named ones, of which <paramref name="name"/> or <c>default</c> is taken).
    /// </summary>
    /// <param name="modelFolder">Folder in Hugging Face layout.</param>
    /// <param name="name">Which of several templates, for instance <c>tool_use</c>; <see langword="null"/> takes <c>default</c>.</param>
    /// <returns>The template, or <see langword="null"/> where the folder has none.</returns>
    /// <exception cref="UserErrorException">The template cannot be read, or none has that name.</exception>
    public static ChatTemplate? Load(string modelFolder, string? name = null) =>
        ChatTemplateFiles.Find(modelFolder, name) is { } source ? Parse(source) : null;

    /// <summary>Reads the template that a model folder has for conversations with tools beside its usual one.</summary>
    /// <returns><see langword="null"/> where one template is for all.</returns>
    /// <exception cref="UserErrorException">The template cannot be read.</exception>
    public static ChatTemplate? LoadForTools(string modelFolder) => ChatTemplateFiles.FindNamed(modelFolder, AdditionalTemplates.ToolUse) is { } source ? Parse(source) : null;

    /// <summary>The text of a model folder's template, as <see cref="Load"/> finds it; <see langword="null"/> where the folder has none.</summary>
    /// <exception cref="UserErrorException">A file cannot be read, or no template has that name.</exception>
    public static string? FindSource(string modelFolder, string? name = null) => ChatTemplateFiles.Find(modelFolder, name);

    /// <summary>Renders a conversation.</summary>
    /// <exception cref="UserErrorException">The template refuses the conversation or fails on it; the field names the template's line.</exception>
    public RenderedTemplate Render(TemplateInput input) => TryRender(input, out var rendered, out var fault)
        ? rendered
        : throw new UserErrorException([fault.ToUserError()]);

    /// <summary>Renders a conversation, or says why the template does not.</summary>
    public bool TryRender(TemplateInput input, [NotNullWhen(true)] out RenderedTemplate? rendered, [NotNullWhen(false)] out TemplateFault? fault) =>
        TryRender(input, ReadMessages(input.Conversation.Messages), out rendered, out fault);

    /// <summary>Renders messages that were read before, in place of the conversation's own.</summary>
    internal bool TryRender(
        TemplateInput input, object messages, [NotNullWhen(true)] out RenderedTemplate? rendered, [NotNullWhen(false)] out TemplateFault? fault)
    {
        try
        {
            rendered = _program.Run(input, Variables(input, messages));
            fault = null;
            return true;
        }
        catch (TemplateException exception)
        {
            rendered = null;
            fault = new TemplateFault(exception.Kind, exception.Message, exception.Line);
            return false;
        }
    }

    /// <summary>The messages, with the reasoning of each under both names that templates know.</summary>
    internal static object ReadMessages(JsonElement element)
    {
        var value = JsonValues.From(element);
        foreach (var message in (value as PyList)?.Items.OfType<PyDict>() ?? [])
        {
            if (Array.ConvertAll(ReasoningFields, message.Find).FirstOrDefault(field => field is not (null or None)) is { } reasoning)
            {
                message.Set("reasoning_content", reasoning);
                if (!message.Contains("thinking"))
                {
                    message.Set("thinking", reasoning);
                }
            }
        }

        return value;
    }

    private static Dictionary<string, object> Variables(TemplateInput input, object messages)
    {
        var variables = new Dictionary<string, object>(16);
        foreach (var (name, value) in input.Conversation.Arguments ?? new Dictionary<string, JsonElement>())
        {
            variables[name] = JsonValues.From(value);
        }

        variables["messages"] = messages;
        variables["tools"] = Optional(input.Conversation.Tools);
        variables["documents"] = Optional(input.Documents);
        variables["add_generation_prompt"] = Boxed.Of(input.AddGenerationPrompt);
        AddToken("bos_token", input.BosToken);
        AddToken("eos_token", input.EosToken);
        return variables;

        void AddToken(string name, string? text)
        {
            if (text is not null)
            {
                variables.TryAdd(name, text);
            }
        }
    }

    private static object Optional(JsonElement? element) => element is { ValueKind: not JsonValueKind.Undefined } given ? JsonValues.From(given) : None.Value;
}
