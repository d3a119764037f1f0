using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Tests.Engine.Templates;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Rendering;

/// <summary>What is learnt through the chat templates of real models.</summary>
public sealed class RealTemplateTests
{
    private const string TwoTurns =
        """[{"role":"user","content":"Q1"},{"role":"assistant","content":"Answer one."},{"role":"user","content":"Q2"},{"role":"assistant","content":"Answer\ntwo"}]""";

    private const string WithTool =
        """
        [{"role":"user","content":"Q1"},
         {"role":"assistant","content":"","tool_calls":[{"id":"abcdefghi","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}}]},
         {"role":"tool","name":"f","tool_call_id":"abcdefghi","content":"21"},
         {"role":"assistant","content":"It is 21."}]
        """;

    /// <summary>Template, first token, end of a turn, end of the last turn, what stands before the words of the first and of the last turn.</summary>
    public static TheoryData<string, string, string, string, string, string> Templates => new()
    {
        { "HuggingFaceTB-SmolLM3-3B", "<|im_start|>", "<|im_end|>", "<|im_end|>", "", "" },
        { "Kimi-K2-Instruct", "[BOS]", "<|im_end|>", "<|im_end|>", "", "" },
        { "Qwen-QwQ-32B", "<|im_start|>", "<|im_end|>", "<|im_end|>", "", "" },
        { "Qwen-Qwen2.5-7B-Instruct", "<|im_start|>", "<|im_end|>", "<|im_end|>", "", "" },
        { "Qwen-Qwen3-0.6B", "<|im_start|>", "<|im_end|>", "<|im_end|>", "", "<think>\n\n</think>\n\n" },
        { "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "", "" },
        { "deepseek-ai-DeepSeek-V3.1", "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "", "" },
        { "google-gemma-2-2b-it", "<bos>", "<end_of_turn>", "<end_of_turn>", "", "" },
        { "ibm-granite-granite-3.3-2B-Instruct", "<|start_of_role|>", "<|end_of_text|>", "<|end_of_text|>", "", "" },
        { "meta-llama-Llama-3.2-3B-Instruct", "<|begin_of_text|>", "<|eot_id|>", "<|eot_id|>", "", "" },
        { "microsoft-Phi-3.5-mini-instruct", "<s>", "<|end|>", "<|end|>", "", "" },
        { "mistralai-Mistral-Nemo-Instruct-2407", "<s>", "</s>", "</s>", "", "" },
        { "openai-gpt-oss-120b", "<|start|>", "<|end|>", "<|return|>", "<|channel|>final<|message|>", "<|channel|>final<|message|>" },
    };

    /// <summary>Templates that write tool calls, and what they write of one.</summary>
    public static TheoryData<string, string> ToolTemplates => new()
    {
        { "Kimi-K2-Instruct", """<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a": 1}<|tool_call_end|><|tool_calls_section_end|><|im_end|>""" },
        { "Qwen-QwQ-32B", "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n</tool_call><|im_end|>" },
        { "Qwen-Qwen2.5-7B-Instruct", "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n</tool_call><|im_end|>" },
        { "Qwen-Qwen3-0.6B", "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n</tool_call><|im_end|>" },
        { "meta-llama-Llama-3.2-3B-Instruct", """{"name": "f", "parameters": {"a": 1}}<|eot_id|>""" },
        { "mistralai-Mistral-Nemo-Instruct-2407", """[TOOL_CALLS][{"name": "f", "arguments": {"a": 1}, "id": "abcdefghi"}]</s>""" },
        { "openai-gpt-oss-120b", """ to=functions.f<|channel|>commentary json<|message|>{"a": 1}<|call|>""" },
    };

    [Theory]
    [MemberData(nameof(Templates))]
    public void RenderConversation_TwoTurns_LearnsWordsAndTheEndOfTheTurn(string name, string first, string end, string lastEnd, string lead, string lastLead)
    {
        var row = Load(name, first, end, lastEnd).RenderConversation(Messages.Parse(TwoTurns));

        Assert.Equal([lead + "Answer one." + end, lastLead + "Answer\ntwo" + lastEnd], Learnt(row));
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void RenderConversation_EndsThatAreNoTokens_AreFoundInTheText(string name, string first, string end, string lastEnd, string lead, string lastLead)
    {
        _ = first;
        var row = Load(name, "<s>", "</s>").RenderConversation(Messages.Parse(TwoTurns));

        // Mistral, Phi and DeepSeek write the tokenizer's own end token, which here is </s>; an end that differs from turn to turn is not guessed.
        var isVaried = end != lastEnd;
        var written = row.Text.Contains(end, StringComparison.Ordinal) ? end : "</s>";
        // Phi also ends the text, after a line break; without tokens that is not told from the end of the turn.
        var last = isVaried ? lastEnd : name.StartsWith("microsoft", StringComparison.Ordinal) ? "<|end|>\n</s>" : written;
        Assert.Equal([lead + "Answer one." + (isVaried ? "" : written), lastLead + "Answer\ntwo" + last], Learnt(row));
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void RenderPrompt_BeforeTheLastTurn_IsWhatItsLearntTokensFollow(string name, string first, string end, string lastEnd, string lead, string lastLead)
    {
        _ = (lead, lastLead);
        var renderer = Load(name, first, end, lastEnd);
        var conversation = Messages.Parse(TwoTurns);

        var row = renderer.RenderConversation(conversation);
        var prompt = renderer.RenderPrompt(Messages.Before(conversation, 3)).Ids;

        // QwQ and R1 add <think> to the prompt only, and the row says so.
        Assert.Equal(name is "Qwen-QwQ-32B" or "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", row.Warnings.Count > 0);
        if (row.Warnings.Count == 0)
        {
            Assert.Equal(prompt, row.Ids[..prompt.Length]);
            Assert.Equal(1, row.Weights[prompt.Length]);
            Assert.Equal(0, row.Weights[prompt.Length - 1]);
        }
    }

    [Theory]
    [MemberData(nameof(ToolTemplates))]
    public void RenderConversation_ToolCall_IsLearntAndItsResultIsNot(string name, string call)
    {
        var row = Load(name, "<s>", "<|im_end|>", "<|eot_id|>", "<|call|>", "<|end|>", "<|return|>", "</s>").RenderConversation(Messages.Parse(WithTool));

        var learnt = Learnt(row);
        Assert.Equal(2, learnt.Length);
        Assert.Equal(call, learnt[0]);
        Assert.Contains("It is 21.", learnt[1], StringComparison.Ordinal);
    }

    [Fact]
    public void RenderConversation_ReasoningBeforeTheLastQuestion_IsLearntOnlyWhereTheTemplateKeepsIt()
    {
        var row = Load("Qwen-Qwen3-0.6B", "<|im_start|>", "<|im_end|>").RenderConversation(Messages.Parse(
            """
            [{"role":"user","content":"Q1"},{"role":"assistant","content":"<think>\nx\n</think>\n\nOne."},
             {"role":"user","content":"Q2"},{"role":"assistant","content":"Two.","reasoning_content":"Hm."}]
            """));

        Assert.Equal(["One.<|im_end|>", "<think>\nHm.\n</think>\n\nTwo.<|im_end|>"], Learnt(row));
    }

    private static Renderer Load(string name, params string[] special) => new(
        ChatTemplate.Parse(File.ReadAllText(SharedData.Data("chat-templates", name + ".jinja"))), ByteTokenizer.Create([.. special.Distinct()]))
    {
        Clock = FixedClock.Golden,
    };

    private static string[] Learnt(RenderedRow row) => [.. row.LearntSpans.Select(span => row.Text[span.Start..span.End])];
}
