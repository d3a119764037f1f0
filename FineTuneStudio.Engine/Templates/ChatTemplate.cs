#pragma warning disable CA1822, IDE0060 // until the parts behind it are in
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Templates;

/// <summary>A model's chat template (Jinja), read once and rendered for every conversation; safe to share between threads.</summary>
/// <remarks>
/// Behaves as jinja2's ImmutableSandboxedEnvironment set up as Hugging Face transformers does: trimmed blocks, loop controls,
/// <c>{% generation %}</c>, <c>tojson</c> as Python's <c>json.dumps</c>, <c>raise_exception</c>, <c>strftime_now</c>; no includes or imports.
/// </remarks>
public sealed class ChatTemplate
{
    private ChatTemplate(string source)
    {
        Source = source;
    }

    /// <summary>The template as written.</summary>
    public string Source { get; }

    /// <summary>Whether the template marks what the assistant writes by <c>{% generation %}</c> blocks.</summary>
    public bool HasGenerationBlocks => Source.Contains("endgeneration", StringComparison.Ordinal);

    /// <summary>Reads a template.</summary>
    /// <exception cref="UserErrorException">The template cannot be read; the field names the line.</exception>
    public static ChatTemplate Parse(string source) => new(source);

    /// <summary>
    /// Reads the template of a model folder: <c>chat_template.jinja</c>, or <c>chat_template</c> in <c>tokenizer_config.json</c>
    /// (a text, or a list of named ones, of which <paramref name="name"/> or <c>default</c> is taken).
    /// </summary>
    /// <param name="modelFolder">Folder in Hugging Face layout.</param>
    /// <param name="name">Which of several templates, for instance <c>tool_use</c>; <see langword="null"/> takes <c>default</c>.</param>
    /// <returns>The template, or <see langword="null"/> where the folder has none.</returns>
    /// <exception cref="UserErrorException">The template cannot be read, or none has that name.</exception>
    public static ChatTemplate? Load(string modelFolder, string? name = null) => throw new NotImplementedException();

    /// <summary>Renders a conversation.</summary>
    /// <exception cref="UserErrorException">The template refuses the conversation or fails on it; the field names the template's line.</exception>
    public RenderedTemplate Render(TemplateInput input) => throw new NotImplementedException();
}
