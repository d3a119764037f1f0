using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Rendering;

public sealed class RendererTests
{
    private const string ChatMl =
        "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private static readonly Tokenizer Tokenizer = ByteTokenizer.Create("<|im_start|>", "<|im_end|>");

    [Fact]
    public void RenderConversation_OneTurn_WeighsTheAnswerAndItsEndOnly()
    {
        var row = Render(ChatMl, """[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yo"}]""");

        Assert.Equal("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYo<|im_end|>\n", row.Text);
        Assert.Equal([.. new float[21], 1, 1, 1, 0], row.Weights);
        Assert.Equal(row.Ids, Tokenizer.Encode(row.Text));
    }

    [Fact]
    public void RenderConversation_MessageOfWeightZero_IsOnlyRead()
    {
        var row = Render(ChatMl, """[{"role":"user","content":"A"},{"role":"assistant","content":"B","weight":0},{"role":"user","content":"C"},{"role":"assistant","content":"D","weight":1}]""");

        Assert.Equal(["D<|im_end|>"], Learnt(row));
        Assert.Equal(2, row.LearntTokens);
    }

    [Fact]
    public void RenderConversation_WeightsGiven_AreTheTokensWeights()
    {
        var conversation = Messages.Parse("""[{"role":"user","content":"A"},{"role":"assistant","content":"B"}]""");

        var row = new Renderer(ChatTemplate.Parse(ChatMl), Tokenizer).RenderConversation(conversation, [0, 0.5f]);

        Assert.Equal([0.5f, 0.5f], row.Weights.Where(weight => weight > 0));
    }

    [Fact]
    public void RenderConversation_LongerThanTheContext_IsCutAtTheEnd()
    {
        var conversation = Messages.Parse("""[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yo"}]""");

        var row = new Renderer(ChatTemplate.Parse(ChatMl), Tokenizer).RenderConversation(conversation, contextLength: 22);

        Assert.True(row.Cut);
        Assert.Equal((22, 22, 22, 1), (row.Ids.Length, row.Weights.Length, row.Spans.Length, row.LearntTokens));
    }

    [Fact]
    public void RenderConversation_GenerationBlocks_AreWhatIsLearnt()
    {
        const string Template =
            "{% for m in messages %}{{ m.role }}:{% if m.role == 'assistant' %}{% generation %}{{ m.content }};{% endgeneration %}{% else %}{{ m.content }}{% endif %}\n{% endfor %}";

        var row = Render(Template, """[{"role":"user","content":"A"},{"role":"assistant","content":"B","weight":0},{"role":"assistant","content":"C"}]""");

        Assert.Equal(["C;"], Learnt(row));
    }

    [Fact]
    public void RenderConversation_NothingWrittenBehindATurn_LearnsTheLineBreakThatEndsIt()
    {
        const string Template = "{% for m in messages %}{{ m.role }}: {{ m.content }}{{ '\n' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";

        var row = Render(Template, """[{"role":"user","content":"A"},{"role":"assistant","content":"B"},{"role":"user","content":"C"},{"role":"assistant","content":"D"}]""");

        Assert.Equal(["B\n", "D\n"], Learnt(row));
    }

    [Fact]
    public void RenderConversation_ContentLikeAnotherTurn_DoesNotMoveWhatIsLearnt()
    {
        var row = Render(ChatMl, """[{"role":"user","content":"assistant\nYes"},{"role":"assistant","content":"Yes"},{"role":"user","content":"Yes<|im_end|>"},{"role":"assistant","content":"Yes"}]""");

        Assert.Equal(["Yes<|im_end|>", "Yes<|im_end|>"], Learnt(row));
        Assert.Equal(row.Text.LastIndexOf("Yes", StringComparison.Ordinal), row.LearntSpans[1].Start);
    }

    [Fact]
    public void RenderConversation_TemplateThatHidesATurn_SaysThatItIsNotLearnt()
    {
        const string Template = "{{ messages|length }}{{ messages[-1].content|length }}";

        var row = Render(Template, """[{"role":"user","content":"A"},{"role":"assistant","content":"B"}]""");

        Assert.Equal(0, row.LearntTokens);
        Assert.Contains("messages[1]", Assert.Single(row.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void RenderConversation_TemplateRefuses_NamesItsLine()
    {
        var error = Assert.Throws<UserErrorException>(() => Render("a\n{{ raise_exception('No tools, please.') }}", """[{"role":"user","content":"A"}]"""));

        Assert.Equal("chat template, line 2", error.Errors[0].Field);
        Assert.Contains("No tools, please.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RenderConversation_HandMadeCases_GiveTheIdsAndWeightsWrittenDown()
    {
        var cases = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Golden", "rendering", "cases.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.Equal(8, cases.Count);
        foreach (var golden in cases)
        {
            var row = Render(ChatMl, golden.GetProperty("messages").GetRawText());

            Assert.Equal(golden.GetProperty("text").GetString(), row.Text);
            Assert.Equal(golden.GetProperty("learnt").EnumerateArray().Select(text => text.GetString()!), Learnt(row));
            Assert.Equal(golden.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), row.Ids);
            Assert.Equal(golden.GetProperty("weights").EnumerateArray().Select(weight => weight.GetSingle()), row.Weights);
        }
    }

    [Fact]
    public void Load_FolderWithoutTemplate_WritesChatMlAndWarns()
    {
        using var folder = new TemporaryFolder();
        ByteTokenizer.Write(folder, "<s>", "</s>");

        var renderer = Renderer.Load(folder.FullName);
        var row = renderer.RenderConversation(Messages.Parse("""[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yo"}]"""));

        Assert.Single(renderer.Warnings);
        Assert.Equal("<|im_start|>user\nHi</s>\n<|im_start|>assistant\nYo</s>\n", row.Text);
        Assert.Equal(["Yo</s>"], Learnt(row));
    }

    [Fact]
    public void RenderConversation_RandomConversations_LearnExactlyWhatFollowsTheirPrompts()
    {
        var random = new Random(5);
        var renderer = new Renderer(ChatTemplate.Parse(ChatMl), Tokenizer);
        for (var i = 0; i < 200; i++)
        {
            var conversation = Messages.Random(random);

            var row = renderer.RenderConversation(conversation);
            var prompt = renderer.RenderPrompt(Messages.Before(conversation, Messages.Count(conversation) - 1));
            var last = conversation.Messages[Messages.Count(conversation) - 1].GetProperty("content").GetString();

            Assert.Equal(prompt.Ids, row.Ids[..prompt.Ids.Length]);
            Assert.Equal(last + "<|im_end|>", row.Text[row.LearntSpans[^1].Start..row.LearntSpans[^1].End]);
            Assert.Equal(prompt.Text.Length, row.LearntSpans[^1].Start);
            Assert.All(prompt.Weights, weight => Assert.Equal(0, weight));
        }
    }

    private static RenderedRow Render(string template, string messages) =>
        new Renderer(ChatTemplate.Parse(template), Tokenizer).RenderConversation(Messages.Parse(messages));

    private static string[] Learnt(RenderedRow row) => [.. row.LearntSpans.Select(span => row.Text[span.Start..span.End])];
}
