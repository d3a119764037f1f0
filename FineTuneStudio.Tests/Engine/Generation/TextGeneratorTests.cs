using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Generation;

public sealed class TextGeneratorTests : IDisposable
{
    private static readonly SamplingOptions Greedy = new() { Temperature = 0, MaxTokens = 12 };
    private static readonly SamplingOptions Sampled = new() { Temperature = 1, MaxTokens = 12, Seed = 3 };

    private readonly string _folder = SharedData.Golden("models", "llama");
    private readonly CausalModel _model;
    private readonly TextGenerator _generator;

    public TextGeneratorTests()
    {
        _model = CausalModel.Load(_folder, Precision.Fp32);
        _generator = new TextGenerator(_model, Renderer.Load(_folder));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Generate_SeveralConversations_AreAnsweredInOrderAsEachAlone()
    {
        Conversation[] conversations = [Ask("one"), Ask("two, and a little longer"), Ask("three")];

        var together = _generator.Generate(conversations, Greedy, onPiece: null, Token);

        Assert.Equal(conversations.Select(conversation => _generator.Generate([conversation], Greedy, null, Token)[0].Text), together.Select(answer => answer.Text));
        Assert.Equal(conversations.Select(conversation => _generator.Prompt(conversation).Length), together.Select(answer => answer.PromptTokens));
    }

    [Fact]
    public void Generate_Streamed_PiecesJoinToTheAnswers()
    {
        var pieces = new Dictionary<int, string>();

        var answers = _generator.Generate(
            [Ask("one"), Ask("two")], Sampled, piece => pieces[piece.Conversation] = pieces.GetValueOrDefault(piece.Conversation, "") + piece.Text, Token);

        Assert.Equal(answers.Select(answer => answer.Text), pieces.OrderBy(pair => pair.Key).Select(pair => pair.Value));
    }

    [Fact]
    public void Generate_SameConversationTwice_DrawsTheSameWhereverItStands()
    {
        var answers = _generator.Generate([Ask("one"), Ask("two"), Ask("one")], Sampled, onPiece: null, Token);

        Assert.Equal(answers[0].Tokens.Ids, answers[2].Tokens.Ids);
        Assert.NotEqual(answers[0].Tokens.Ids, _generator.Generate([Ask("one")], Sampled with { Seed = 4 }, null, Token)[0].Tokens.Ids);
    }

    [Fact]
    public void Answer_ToldOfEachAnswer_AsItEnds()
    {
        var told = new Dictionary<int, TextAnswer>();
        int[][] prompts = [_generator.Prompt(Ask("one")), _generator.Prompt(Ask("two"))];

        var answers = _generator.Answer(prompts, Greedy, onPiece: null, told.Add, Token);

        Assert.Equal(answers, told.OrderBy(pair => pair.Key).Select(pair => pair.Value));
    }

    [Fact]
    public void Generate_StopToken_EndsTheAnswerAndIsNoPartOfItsText()
    {
        var whole = _generator.Generate([Ask("one")], Greedy, onPiece: null, Token)[0].Tokens.Ids;
        using var copy = new ModelCopy("llama");
        File.WriteAllText(copy.At("generation_config.json"), $$"""{"eos_token_id": [{{whole[5]}}]}""");

        var answer = new TextGenerator(_model, Renderer.Load(copy.Path)).Generate([Ask("one")], Greedy, onPiece: null, Token)[0];

        Assert.Equal(AnswerEnd.Stop, answer.Tokens.End);
        Assert.Equal(whole[..(Array.IndexOf(whole, whole[5]) + 1)], answer.Tokens.Ids);
        Assert.Equal(_generator.Text(answer.Tokens with { End = AnswerEnd.Length, Ids = answer.Tokens.Ids[..^1] }), answer.Text);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Generate_StopText_EndsTheAnswerBeforeItAndKeepsItsTokens(int length)
    {
        var whole = _generator.Generate([Ask("one")], Sampled with { MaxTokens = 40 }, onPiece: null, Token)[0];
        var stop = whole.Text.Substring(whole.Text.Length / 2, length);
        var place = whole.Text.IndexOf(stop, StringComparison.Ordinal);
        var streamed = "";

        var answer = _generator.Generate([Ask("one")], Sampled with { MaxTokens = 40, Stop = [stop, "never to be seen"] }, piece => streamed += piece.Text, Token)[0];

        Assert.Equal(AnswerEnd.StopText, answer.Tokens.End);
        Assert.Equal(whole.Text[..place], answer.Text);
        Assert.Equal(answer.Text, streamed);
        Assert.Equal(whole.Tokens.Ids[..answer.Tokens.Ids.Length], answer.Tokens.Ids);
        Assert.Equal(whole.Tokens.LogProbabilities[..answer.Tokens.Ids.Length], answer.Tokens.LogProbabilities);
        Assert.DoesNotContain(stop, _generator.Text(answer.Tokens with { TextLength = null, Ids = answer.Tokens.Ids[..^1] }), StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_StopTextThatNeverComes_ChangesNothing()
    {
        var free = _generator.Generate([Ask("one")], Sampled, onPiece: null, Token)[0];

        var answer = _generator.Generate([Ask("one")], Sampled with { Stop = ["never to be seen"] }, onPiece: null, Token)[0];

        Assert.Equal(free.Tokens.Ids, answer.Tokens.Ids);
        Assert.Equal(free.Text, answer.Text);
    }

    [Fact]
    public void Generate_MinPOfOne_TakesTheLikeliestAndTellsTheWholeVocabularysLogProbability()
    {
        var answer = _generator.Generate([Ask("one")], Sampled with { MinP = 1 }, onPiece: null, Token)[0];

        Assert.Equal(_generator.Generate([Ask("one")], Greedy, onPiece: null, Token)[0].Tokens.Ids, answer.Tokens.Ids);
        Assert.All(answer.Tokens.LogProbabilities, value => Assert.True(value < 0));
    }

    [Fact]
    public void StopIds_FolderNamesNoEndOfTurn_AreItsOwnAndTheTemplates()
    {
        using var copy = new ModelCopy("llama");
        File.WriteAllText(copy.At("generation_config.json"), """{"eos_token_id": [7]}""");
        copy.ReplaceInConfig("\"eos_token_id\": 1", "\"eos_token_id\": null");
        var tokenizer = File.ReadAllText(copy.At("tokenizer_config.json"));
        File.WriteAllText(copy.At("tokenizer_config.json"), tokenizer.Replace("\"eos_token\": \"<|im_end|>\"", "\"eos_token\": null", StringComparison.Ordinal));

        Assert.Equal([1, 7], new TextGenerator(_model, Renderer.Load(copy.Path)).StopIds);
    }

    [Fact]
    public void Prompt_LongerThanTheModelReads_IsRefusedWithBothLengths()
    {
        var fault = Assert.Throws<UserErrorException>(() => _generator.Prompt(Ask(string.Join(' ', Enumerable.Repeat("word", 3000)))));

        Assert.Contains($"{_model.Config.ContextLength} in all", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_AlmostFull_WritesNoMoreThanThereIsRoom()
    {
        var words = 1;
        while (_generator.Prompt(Ask(Words(words + 1))).Length < _model.Config.ContextLength - 4)
        {
            words++;
        }

        var answer = _generator.Generate([Ask(Words(words))], Greedy with { MaxTokens = 1000 }, onPiece: null, Token)[0];

        Assert.InRange(answer.PromptTokens + answer.Tokens.Ids.Length, 0, _model.Config.ContextLength);
    }

    [Fact]
    public void Generate_ImpossibleOption_IsRefused()
        => Assert.Throws<UserErrorException>(() => _generator.Generate([Ask("one")], Greedy with { TopP = 2 }, onPiece: null, Token));

    private static string Words(int count) => string.Concat(Enumerable.Repeat("a ", count));

    private static Conversation Ask(string question) => new(JsonSerializer.SerializeToElement(new[] { new { role = "user", content = question } }));
}
