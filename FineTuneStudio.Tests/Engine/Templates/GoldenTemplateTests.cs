using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Templates;

/// <summary>The engine against the reference's renderings: 14 real templates, generation blocks, and the language itself.</summary>
public sealed class GoldenTemplateTests
{
    public static TheoryData<string> Names =>
    [
        "HuggingFaceTB-SmolLM3-3B", "Kimi-K2-Instruct", "NousResearch-Hermes-3-Llama-3.1-8B-tool_use", "Qwen-QwQ-32B",
        "Qwen-Qwen2.5-7B-Instruct", "Qwen-Qwen3-0.6B", "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", "deepseek-ai-DeepSeek-V3.1",
        "google-gemma-2-2b-it", "ibm-granite-granite-3.3-2B-Instruct", "meta-llama-Llama-3.2-3B-Instruct",
        "microsoft-Phi-3.5-mini-instruct", "mistralai-Mistral-Nemo-Instruct-2407", "openai-gpt-oss-120b",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Render_RealTemplateStrictly_EqualsTheReference(string name) => Compare(name, strict: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void Render_RealTemplate_LetsItChangeItsOwnLists(string name) => Compare(name, strict: false);

    [Fact]
    public void Render_LanguageCases_EqualTheReference()
    {
        var cases = TemplateCase.Read(SharedData.Golden("templates", "jinja", "language.jsonl")).ToList();

        var differences = cases.Select(Language).OfType<string>().ToList();

        Assert.NotEmpty(cases);
        Assert.True(differences.Count == 0, $"{differences.Count} of {cases.Count} differ:\n{string.Join("\n", differences)}");
    }

    [Fact]
    public void Render_GenerationBlocks_GivesTheReferencesSpans()
    {
        foreach (var golden in TemplateCase.Read(SharedData.Golden("templates", "generation.jsonl")))
        {
            var rendered = ChatTemplate.Parse(golden.Template!).Render(golden.Input());

            Assert.Equal(golden.Rendered, rendered.Text);
            Assert.Equal(golden.AssistantSpans, rendered.GenerationSpans.Select(span => (Points(rendered.Text, span.Start), Points(rendered.Text, span.End))));
        }
    }

    private static void Compare(string name, bool strict)
    {
        var template = ChatTemplate.Parse(File.ReadAllText(SharedData.Data("chat-templates", name + ".jinja")));
        var cases = TemplateCase.Read(SharedData.Golden("templates", name + ".jsonl")).ToList();

        var differences = cases.Select(golden => golden.Compare(template, strict)).OfType<string>().ToList();

        Assert.NotEmpty(cases);
        Assert.True(differences.Count == 0, $"{differences.Count} of {cases.Count} differ:\n{string.Join("\n", differences)}");
    }

    private static string? Language(TemplateCase golden)
    {
        if (!ChatTemplate.TryParse(golden.Template!, out var template, out var fault))
        {
            return golden.Error is null ? $"{golden.Template}: expected {golden.Rendered}, got {fault}" : null;
        }

        return golden.Compare(template) is { } difference ? $"{golden.Template} {difference}" : null;
    }

    private static int Points(string text, int units) => text.AsSpan(0, units).ToString().EnumerateRunes().Count();
}
