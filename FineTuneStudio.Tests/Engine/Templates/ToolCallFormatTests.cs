using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Engine.Templates.ToolCalls;
using FineTuneStudio.Tests.Engine.Rendering;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Templates;

/// <summary>Tool calls as the families write them: what a template writes of a call is read back as that call.</summary>
public sealed class ToolCallFormatTests
{
    private const string Called =
        """
        [{"role":"user","content":"Q"},
         {"role":"assistant","content":"CONTENT","tool_calls":[{"id":"abcdefghi","type":"function","function":{"name":"add_two","arguments":"{\"a\": 1, \"text\": \"x } <b> \\\"y\\\"\"}"}}]}]
        """;

    public static TheoryData<string> Families =>
    [
        "Qwen-Qwen2.5-7B-Instruct", "Qwen-Qwen3-0.6B", "Qwen-QwQ-32B", "NousResearch-Hermes-3-Llama-3.1-8B-tool_use", "meta-llama-Llama-3.2-3B-Instruct",
        "mistralai-Mistral-Nemo-Instruct-2407", "Kimi-K2-Instruct", "deepseek-ai-DeepSeek-V3.1", "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", "openai-gpt-oss-120b",
    ];

    [Theory]
    [MemberData(nameof(Families))]
    public void Find_WhatTheTemplateWritesOfACall_IsThatCall(string name)
    {
        var (template, tokenizer) = Load(name);
        var renderer = new Renderer(template, tokenizer) { Clock = FixedClock.Golden };
        var conversation = Messages.Parse(
            Called.Replace("CONTENT", "", StringComparison.Ordinal),
            """[{"type":"function","function":{"name":"add_two","description":"Adds.","parameters":{"type":"object","properties":{"a":{"type":"integer","description":"A."}},"required":["a"]}}}]""");
        var whole = renderer.RenderConversation(conversation);
        var written = string.Concat(whole.LearntSpans.Select(span => whole.Text[span.Start..span.End]));
        var answer = written[..written.LastIndexOf('<')];
        var faults = new List<string>();

        var found = ToolCallFormats.Of(template).Find(answer, new HashSet<string> { "add_two" }, faults);

        Assert.Empty(faults);
        var call = Assert.Single(Assert.Single(found).Calls);
        Assert.Equal("add_two", call.Name);
        Assert.Equal(Compact("""{"a": 1, "text": "x } <b> \"y\""}"""), Compact(call.Arguments));
    }

    [Theory]
    [InlineData("Let me see.\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n</tool_call>\n<tool_call>{\"name\":\"g\"}</tool_call>", "f({\"a\": 1}) g({})")]
    [InlineData("<tool_call>{\"name\": \"f\", \"arguments\": \"{\\\"a\\\": 1}\"}", "f({\"a\": 1})")]
    [InlineData("<tool_call>[{\"name\": \"f\"}, {\"name\": \"g\"}]</tool_call>", "f({}) g({})")]
    public void Find_Tagged_TakesEveryCallInOrder(string text, string expected) => Assert.Equal(expected, Shown(new TaggedFormat().Find(text, null, [])));

    [Theory]
    [InlineData("<tool_call>{\"name\": f}</tool_call>", "no JSON")]
    [InlineData("<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1}", "no JSON")]
    [InlineData("<tool_call>{\"arguments\": {}}</tool_call>", "no name")]
    [InlineData("<tool_call>{\"name\": \"f\", \"arguments\": [1]}</tool_call>", "no object")]
    public void Find_TaggedButBroken_StaysTextWithAReason(string text, string reason)
    {
        var faults = new List<string>();

        Assert.Empty(new TaggedFormat().Find(text, null, faults));

        Assert.Contains(reason, Assert.Single(faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""<|python_tag|>{"name": "f", "parameters": {"a": 1}}; {"name": "g", "parameters": {}}""", false, "f({\"a\": 1}) g({})")]
    [InlineData("""{"name": "f", "parameters": {"a": 1}}""", true, "f({\"a\": 1})")]
    [InlineData("""{"name": "f", "parameters": {"a": 1}}""", false, "")]
    [InlineData("""{"name": "Ann", "parameters": 3}""", true, "")]
    [InlineData("""{"name": "Ann"}""", true, "")]
    [InlineData("""So: {"name": "f", "parameters": {"a": 1}}""", true, "")]
    public void Find_Llama_JsonWithoutATagIsACallOnlyOfAToolThatIsOffered(string text, bool offered, string expected)
        => Assert.Equal(expected, Shown(new LlamaFormat().Find(text, offered ? new HashSet<string> { "f" } : null, [])));

    [Theory]
    [InlineData("""[TOOL_CALLS][{"name": "f", "arguments": {"a": 1}}, {"name": "g", "arguments": {}}]""", "f({\"a\": 1}) g({})")]
    [InlineData("""[TOOL_CALLS]f[ARGS]{"a": 1}[TOOL_CALLS]g[ARGS]{}""", "f({\"a\": 1}) g({})")]
    [InlineData("""[TOOL_CALLS][{"name": "f", "arguments": {"a": 1}""", "")]
    public void Find_Mistral_TakesListsAndNamedCalls(string text, string expected) => Assert.Equal(expected, Shown(new ListFormat(ListFormat.Mistral).Find(text, null, [])));

    [Fact]
    public void Find_Sections_TakeSeveralCalls()
    {
        Assert.Equal("f({\"a\": 1}) g({})", Shown(SectionFormat.Kimi.Find(
            """Well.<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a": 1}<|tool_call_end|><|tool_call_begin|>functions.g:1<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>""", null, [])));
        Assert.Equal("f({\"a\": 1}) g({})", Shown(SectionFormat.DeepSeek.Find(
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"a\": 1}<｜tool▁call▁end｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>g\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>", null, [])));
        var faults = new List<string>();
        Assert.Empty(SectionFormat.Kimi.Find("<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0 {}<|tool_call_end|>", null, faults));
        Assert.Single(faults);
    }

    [Fact]
    public void Find_Harmony_TakesTheRecipientFromEitherPlaceAndLeavesOtherChannels()
    {
        const string text = "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{\"a\": 1}";

        var found = new HarmonyFormat().Find(text, null, []);

        Assert.Equal("f({\"a\": 1})", Shown(found));
        Assert.Equal("<|channel|>analysis<|message|>Hm.<|end|>", text[..found[0].Span.Start]);
        Assert.Equal("f({})", Shown(new HarmonyFormat().Find(" to=functions.f<|channel|>commentary json<|message|>{}<|call|>", null, [])));
    }

    [Fact]
    public void Find_AnswerWithoutACall_FindsNoneInAnyFormat()
    {
        foreach (var name in Families.Select(row => row.Data))
        {
            var faults = new List<string>();

            Assert.Empty(ToolCallFormats.Of(Load(name).Template).Find("It is {\"name\": 12}. <b>Done</b> [1, 2]", new HashSet<string> { "f" }, faults));
            Assert.Empty(faults);
        }
    }

    [Fact]
    public void Of_TemplateWithoutTools_IsTheTaggedOne() => Assert.IsType<TaggedFormat>(ToolCallFormats.Of(ChatTemplate.Parse("{{ messages[0].content }}")));

    private static string Shown(IEnumerable<FoundCalls> found) => string.Join(' ', found.SelectMany(part => part.Calls));

    private static string Compact(string json) => System.Text.Json.JsonSerializer.Serialize(System.Text.Json.JsonDocument.Parse(json).RootElement);

    private static (ChatTemplate Template, FineTuneStudio.Engine.Tokenizers.Tokenizer Tokenizer) Load(string name)
        => (ChatTemplate.Parse(File.ReadAllText(SharedData.Data("chat-templates", name + ".jinja"))), ByteTokenizer.Create("<s>", "<|im_end|>", "<|eot_id|>", "<|call|>", "<|end|>", "<|return|>", "</s>", "<｜end▁of▁sentence｜>"));
}
