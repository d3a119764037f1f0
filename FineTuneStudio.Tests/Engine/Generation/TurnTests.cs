using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Generation;

/// <summary>Answers of several turns: what is put between them is read as if it had been in the prompt, and nothing else changes.</summary>
public sealed class TurnTests
{
    private static readonly int[] Prompt = [5, 6, 7, 8];
    private static readonly int[] Between = [9, 10, 11, 12, 13, 14, 15];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Models => [.. GoldenModels.Dense, .. GoldenModels.Sparse];

    [Theory]
    [MemberData(nameof(Models))]
    public void Generate_AfterATurn_DrawsWhatTheWholeTextAsAPromptDraws(string name)
    {
        using var model = CausalModel.Load(SharedData.Golden("models", name), Precision.Fp32);
        var options = new SamplingOptions { Temperature = 0, MaxTokens = 12 };
        var stop = new TokenGenerator(model, []).Generate([new TokenRequest(Prompt, options)], null, Cancellation)[0][0].Ids[3];
        var generator = new TokenGenerator(model, [stop]);

        var answer = generator.Generate([new TokenRequest(Prompt, options) { Turns = _ => new Putting(Between), MostTokens = 40, RecordsRouting = true }], null, Cancellation)[0][0];

        var first = generator.Generate([new TokenRequest(Prompt, options)], null, Cancellation)[0][0];
        var second = generator.Generate([new TokenRequest([.. Prompt, .. first.Ids, .. Between], options)], null, Cancellation)[0][0];
        Assert.Equal([.. first.Ids, .. Between, .. second.Ids], answer.Ids);
        Assert.Equal([.. first.Ids.Select(_ => false), .. Between.Select(_ => true), .. second.Ids.Select(_ => false)], answer.Given!);
        Assert.All(second.LogProbabilities.Zip(answer.LogProbabilities[^second.Ids.Length..]), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
        Assert.Equal([first.Ids, second.Ids], answer.Turns().Select(turn => turn.Ids));
        Assert.Equal(first.Ids.Length + second.Ids.Length, answer.DrawnTokens);
        if (model.Config.Experts > 0)
        {
            Assert.Equal(Prompt.Length + answer.Ids.Length - 1, answer.Routing!.Tokens);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Generate_ManyTokensBetweenTurns_PassByPiecesAsTheyDoOneByOne(string name)
    {
        using var model = CausalModel.Load(SharedData.Golden("models", name), Precision.Fp32);
        var options = new SamplingOptions { Temperature = 0, MaxTokens = 12 };
        var stop = new TokenGenerator(model, []).Generate([new TokenRequest(Prompt, options)], null, Cancellation)[0][0].Ids[3];
        int[] given = [.. Enumerable.Range(0, 50).Select(token => 3 + (token * 7 % 90))];

        TokenAnswer[] Answers(int tokensOfStep) => [.. new TokenGenerator(model, [stop], new DecodeLimits { PromptTokens = tokensOfStep })
            .Generate([.. Enumerable.Range(0, 3).Select(row => new TokenRequest(Prompt, options) { Turns = _ => new Putting(given[row..]), MostTokens = 90, RecordsRouting = true })], null, Cancellation)
            .Select(answers => answers[0])];

        var (oneByOne, pieces, whole) = (Answers(0), Answers(20), Answers(2048));
        foreach (var (expected, others) in oneByOne.Zip(pieces.Zip(whole)))
        {
            foreach (var other in (TokenAnswer[])[others.First, others.Second])
            {
                Assert.Equal(expected.Ids, other.Ids);
                Assert.Equal(expected.Given!, other.Given!);
                Assert.All(expected.LogProbabilities.Zip(other.LogProbabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
                Assert.Equal(expected.Routing?.Tokens, other.Routing?.Tokens);
            }
        }
    }

    [Fact]
    public void Generate_ManyWithTurns_EachDrawsAsAloneWhateverItsTurnsTake()
    {
        using var model = CausalModel.Load(SharedData.Golden("models", "llama"), Precision.Fp32);
        var options = new SamplingOptions { Temperature = 1, MaxTokens = 9, Seed = 3 };
        TokenRequest Request(int index, int wait) => new([5, 6, 7 + index], options)
        {
            Answers = 3, Stream = index, MostTokens = 60, Turns = answer => new Putting([20 + index, 21, 22 + answer], [30, 31]) { Wait = wait },
        };
        int[] stops = [.. Enumerable.Range(0, 200)];

        var together = new TokenGenerator(model, stops, new DecodeLimits { Rows = 4 }).Generate([.. Enumerable.Range(0, 5).Select(index => Request(index, 0))], null, Cancellation);
        var slowly = new TokenGenerator(model, stops, new DecodeLimits { Rows = 4 }).Generate([.. Enumerable.Range(0, 5).Select(index => Request(index, 7 * (index % 3)))], null, Cancellation);

        Assert.Contains(together.SelectMany(answers => answers), answer => answer.Turns().Count() == 3);
        for (var index = 0; index < 5; index++)
        {
            var alone = new TokenGenerator(model, stops).Generate([Request(index, 0)], null, Cancellation)[0];
            Assert.Equal(alone.Select(answer => answer.Ids), together[index].Select(answer => answer.Ids));
            Assert.Equal(together[index].Select(answer => answer.LogProbabilities), slowly[index].Select(answer => answer.LogProbabilities));
        }
    }

    [Fact]
    public void Generate_NoRoomForWhatComesBetween_IsCutBehindTheTurn()
    {
        using var model = CausalModel.Load(SharedData.Golden("models", "llama"), Precision.Fp32);
        var options = new SamplingOptions { Temperature = 0, MaxTokens = 12 };
        var stop = new TokenGenerator(model, []).Generate([new TokenRequest(Prompt, options)], null, Cancellation)[0][0].Ids[3];
        var generator = new TokenGenerator(model, [stop]);
        var first = generator.Generate([new TokenRequest(Prompt, options)], null, Cancellation)[0][0];

        TokenAnswer Answer(int most) => generator.Generate([new TokenRequest(Prompt, options) { Turns = _ => new Putting(Between), MostTokens = most }], null, Cancellation)[0][0];

        var full = Answer(first.Ids.Length + Between.Length);
        Assert.Equal((AnswerEnd.Length, null), (full.End, full.Given));
        Assert.Equal(first.Ids, full.Ids);
        Assert.Equal(first.Ids.Length + Between.Length + 1, Answer(first.Ids.Length + Between.Length + 1).Ids.Length);
    }

    [Fact]
    public void Generate_TurnThatFails_EndsWithItsExceptionOnceNobodyWorksAnyMore()
    {
        using var model = CausalModel.Load(SharedData.Golden("models", "llama"), Precision.Fp32);
        int[] stops = [.. Enumerable.Range(0, model.Config.VocabularySize)];
        var options = new SamplingOptions { Temperature = 0, MaxTokens = 12 };
        var slow = new Putting(Between) { Wait = 100 };

        Assert.Throws<InvalidOperationException>(() => new TokenGenerator(model, stops).Generate(
            [new TokenRequest(Prompt, options) { Turns = _ => new Failing(), MostTokens = 40 }, new TokenRequest(Prompt, options) { Turns = _ => slow, MostTokens = 40 }], null, Cancellation));

        Assert.False(slow.IsWorking);
    }

    /// <summary>Puts the same tokens behind one turn after the other, then ends the conversation.</summary>
    private sealed class Putting(params int[][] between) : ITurnTaker
    {
        private int _next;

        public int Wait { get; init; }

        public bool IsWorking { get; private set; }

        public int[]? TakeTurn(TokenAnswer turn, CancellationToken cancellationToken)
        {
            IsWorking = true;
            Thread.Sleep(Wait);
            IsWorking = false;
            return _next < between.Length ? between[_next++] : null;
        }
    }

    private sealed class Failing : ITurnTaker
    {
        public int[]? TakeTurn(TokenAnswer turn, CancellationToken cancellationToken) => throw new InvalidOperationException("It failed.");
    }
}
