using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Commands.Benches;
using FineTuneStudio.Engine.Gguf;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Models;

/// <summary>A folder as Kimi-K2 is published: a tiktoken file whose pattern and reserved tokens only its class name tells, and no tokenizer.json.</summary>
public sealed class KimiFolderTests : IDisposable
{
    // Each is made of two that come before it, as in a vocabulary that was trained.
    private static readonly string[] Words = [" t", "he", " a", " the", "in", "er", "an", "is", "nu", "mb"];
    private static readonly string[] Named = ["[BOS]", "[EOS]", "<|im_end|>", "<|im_user|>", "<|im_assistant|>", "<|im_system|>", "<|im_middle|>"];

    private readonly ModelCopy _copy = new("kimi_k2");

    public KimiFolderTests()
    {
        File.Delete(_copy.At("tokenizer.json"));
        var ranks = Enumerable.Range(0, 256).Select(value => new[] { (byte)value }).Concat(Words.Select(Encoding.UTF8.GetBytes)).ToList();
        File.WriteAllLines(_copy.At("tiktoken.model"), ranks.Select((bytes, rank) => $"{Convert.ToBase64String(bytes)} {rank}"));
        File.WriteAllText(_copy.At("tokenizer_config.json"), JsonSerializer.Serialize(new
        {
            tokenizer_class = "TikTokenTokenizer",
            bos_token = "[BOS]",
            eos_token = "[EOS]",
            added_tokens_decoder = Named.Select((name, index) => (name, index)).ToDictionary(
                pair => $"{ranks.Count + pair.index}", pair => new { content = pair.name, special = true }),
        }));
        File.Copy(SharedData.Data("chat-templates", "Kimi-K2-Instruct.jinja"), _copy.At("chat_template.jinja"));
        FirstSpecial = ranks.Count;
    }

    private int FirstSpecial { get; }

    public void Dispose() => _copy.Dispose();

    [Fact]
    public void Inspect_TiktokenVocabulary_IsATokenizer()
    {
        var description = ModelFolder.Inspect(_copy.Path);

        Assert.Equal("kimi_k2", description.Family);
        Assert.True(description.HasTokenizer);
        Assert.True(description.HasChatTemplate);
    }

    [Fact]
    public void Tokenize_InLlamaCpp_GivesOurIds()
    {
        string[] texts = ["the answer is 12345, isn't it?", "中文English混合 次", "a number\n\nin  the  Answer", "[BOS] the<|im_end|>"];
        var tokenizer = Tokenizer.Load(_copy.Path);
        GgufModel.Write(_copy.Path, adapters: null, GgufWeightType.F16, _copy.At("model.gguf"), progress: null, TestContext.Current.CancellationToken);

        var ids = LlamaPeer.Find()?.Tokenize(_copy.At("model.gguf"), texts);

        Assert.Equal(Array.ConvertAll(texts, text => tokenizer.Encode(text, new EncodeOptions { SpecialText = SpecialText.AsToken })), ids);
    }

    [Theory]
    [InlineData("the answer is 12345, isn't it?")]
    [InlineData("中文English混合  \n\n 次")]
    [InlineData("")]
    public void Encode_AnyText_ComesBack(string text)
    {
        var tokenizer = Tokenizer.Load(_copy.Path);

        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void Encode_ChineseBesideLatin_IsCutBetweenThem()
    {
        var tokenizer = Tokenizer.Load(_copy.Path);

        // "he" joins within a word; never across the border of a run of Chinese.
        Assert.Equal([257], tokenizer.Encode("he"));
        Assert.Equal([.. tokenizer.Encode("中"), 257], tokenizer.Encode("中he"));
    }

    [Fact]
    public void Encode_NamedAndReservedTokens_HaveTheirIds()
    {
        var tokenizer = Tokenizer.Load(_copy.Path);

        Assert.Equal([FirstSpecial + 2], tokenizer.Encode("<|im_end|>"));
        Assert.Equal([FirstSpecial + 100], tokenizer.Encode($"<|reserved_token_{FirstSpecial + 100}|>"));
        Assert.True(tokenizer.IsSpecial(FirstSpecial + 255));
    }

    [Fact]
    public void Load_FolderWithoutTheClassName_AsksForATokenizerJson()
    {
        File.WriteAllText(_copy.At("tokenizer_config.json"), "{}");

        var exception = Assert.Throws<UserErrorException>(() => Tokenizer.Load(_copy.Path));

        Assert.Contains("no known family has 266 ranks", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ExpertsOfItsOwn_LearnAndAreSaved()
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with
        {
            Model = _copy.Path,
            Lora = new LoraOptions { Rank = 2, Targets = ["all-linear", "experts"] },
            Duration = new DurationOptions { Steps = 4 },
            Batch = new BatchOptions { Rows = 2, ContextLength = 256 },
        };

        var events = run.Run();

        Assert.Contains(events, item => item is TrainingEvent.Logged logged && logged.Message.Contains("gate_up_proj of 8 experts (2)", StringComparison.Ordinal));
        Assert.All(events.OfType<TrainingEvent.StepCompleted>(), step => Assert.Null(step.ExpertBalance));
        Assert.IsType<TrainingEvent.Ended>(events[^1]);
        Assert.NotEmpty(run.Adapter());
    }

    [Fact]
    public void Render_Conversation_LearnsTheAnswer()
    {
        using var messages = JsonDocument.Parse("""[{"role":"user","content":"the number?"},{"role":"assistant","content":"an answer"}]""");

        var row = Renderer.Load(_copy.Path).RenderConversation(new Conversation(messages.RootElement));

        var learnt = row.Ids.Where((_, index) => row.Weights[index] > 0).ToArray();
        Assert.Equal("an answer<|im_end|>", Tokenizer.Load(_copy.Path).Decode(learnt));
    }
}
