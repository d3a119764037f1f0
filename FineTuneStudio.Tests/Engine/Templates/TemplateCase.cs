using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Templates;

namespace FineTuneStudio.Tests.Engine.Templates;

/// <summary>One line of the reference's renderings.</summary>
internal sealed class TemplateCase(string line)
{
    private readonly JsonElement _root = JsonDocument.Parse(line).RootElement;

    public string Name => Text("case") ?? Text("group") ?? "";

    public string? Template => Text("template");

    public string? Rendered => Text("rendered") ?? Text("output");

    /// <summary>What Kimi's template gives where it may change its own lists.</summary>
    public string? RenderedMutable => Text("rendered_mutable");

    public string? Error => Text("error");

    public string? Message => Text("message");

    /// <summary>Spans in code points.</summary>
    public (int Start, int End)[] AssistantSpans =>
        [.. _root.GetProperty("assistant_spans").EnumerateArray().Select(span => (span[0].GetInt32(), span[1].GetInt32()))];

    public static IEnumerable<TemplateCase> Read(string file) => File.ReadLines(file).Select(line => new TemplateCase(line));

    public TemplateInput Input(bool strict = true)
    {
        var arguments = Optional("kwargs") ?? Optional("context");
        return new TemplateInput(new Conversation(
            Optional("messages") ?? JsonDocument.Parse("[]").RootElement,
            Optional("tools"),
            arguments?.EnumerateObject().ToDictionary(property => property.Name, property => property.Value)))
        {
            Documents = Optional("documents"),
            AddGenerationPrompt = Optional("add_generation_prompt")?.GetBoolean() ?? false,
            BosToken = Text("bos_token"),
            EosToken = Text("eos_token"),
            Clock = FixedClock.Golden,
            StrictSandbox = strict,
        };
    }

    /// <summary>What differs from the reference, or <see langword="null"/>.</summary>
    public string? Compare(ChatTemplate template, bool strict = true)
    {
        var done = template.TryRender(Input(strict), out var rendered, out var fault);
        var expected = strict ? Rendered : Rendered ?? RenderedMutable;
        if (expected is not null)
        {
            return rendered?.Text == expected ? null : $"{Name}: expected {JsonSerializer.Serialize(expected)}, got {(done ? JsonSerializer.Serialize(rendered!.Text) : fault!.ToString())}";
        }

        if (done)
        {
            return $"{Name}: expected the error {Error}, got {JsonSerializer.Serialize(rendered!.Text)}";
        }

        return Error == "raise_exception" && (fault!.Kind != TemplateFaultKind.RaiseException || fault.Message != Message)
            ? $"{Name}: expected the template's own '{Message}', got {fault}"
            : null;
    }

    private string? Text(string name) => Optional(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private JsonElement? Optional(string name) =>
        _root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
