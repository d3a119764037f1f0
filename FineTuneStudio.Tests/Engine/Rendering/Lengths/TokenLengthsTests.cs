using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Rendering.Lengths;
using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Rendering.Lengths;

public sealed class TokenLengthsTests : IDisposable
{
    private const string ChatMl =
        "{% for m in messages %}{% if m.content == 'refuse me' %}{{ raise_exception('No such content.') }}{% endif %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private readonly TemporaryFolder _folder = new();
    private readonly Renderer _renderer = new(ChatTemplate.Parse(ChatMl), ByteTokenizer.Create("<|im_start|>", "<|im_end|>"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LearntWithin_AnyContext_IsWhatTheCutRenderingLearns()
    {
        using var index = Open(Conversations(60));
        var lengths = Measure(index);

        for (var row = 0; row < index.Count; row++)
        {
            var source = index.Read(row);
            foreach (var context in new[] { 1, 20, 47, 100, 5000 })
            {
                var cut = _renderer.RenderConversation(source.Conversation, source.LearnWeights, context);
                Assert.Equal(cut.Weights.Skip(1).Count(weight => weight > 0), lengths.LearntWithin(row, context));
                Assert.Equal(cut.Ids.Length, Math.Min(lengths.TokensOf(row)!.Value, context));
            }
        }
    }

    [Theory]
    [InlineData(ChatMl)]
    [InlineData("{% if tools %}{{ '<|im_start|>system\n' }}{% for tool in tools %}{{ tool | tojson }}{% endfor %}{{ '<|im_end|>\n' }}{% endif %}{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + (m.content or '') }}{% for call in m.tool_calls or [] %}{{ call.function | tojson }}{% endfor %}{{ '<|im_end|>\n' }}{% endfor %}")]
    public void Measure_RowsWithTools_CountsWhatIsRenderedOfThem(string template)
    {
        var renderer = new Renderer(ChatTemplate.Parse(template), ByteTokenizer.Create("<|im_start|>", "<|im_end|>"));
        using var index = DatasetIndex.Open(Path.Combine(Repository.Root, "samples", "tool-calls.jsonl"), new DatasetCheckOptions(), Token);

        var lengths = TokenLengthMeter.Measure(index, renderer, cachePath: null, "a", workers: 2, progress: null, Token);

        Assert.All(Enumerable.Range(0, index.Count), row =>
        {
            var source = index.Read(row);
            var rendered = renderer.RenderConversation(source.Conversation, source.LearnWeights);
            Assert.Equal(rendered.Ids.Length, lengths.TokensOf(row));
            Assert.Equal(rendered.LearntTokens, lengths.LearntWithin(row, int.MaxValue));
            Assert.True(lengths.TokensOf(row) > renderer.RenderConversation(source.Conversation with { Tools = null }, source.LearnWeights).Ids.Length, "The tools of the row count for nothing.");
        });
    }

    [Fact]
    public void Measure_Prompts_GoesUpToTheAnswerAndNeedsRoomForIt()
    {
        using var index = Open([Row("q", "an answer of the dataset's own"), """{"messages":[{"role":"user","content":"qq"}]}"""], TrainingMethod.Rft);
        var lengths = Measure(index);

        Assert.True(lengths.ArePrompts);
        Assert.All(Enumerable.Range(0, 2), row => Assert.Equal(_renderer.RenderPrompt(index.Read(row).ToPrompt()).Ids.Length, lengths.TokensOf(row)));
        Assert.Equal(lengths.TokensOf(0) + 1, lengths.TokensOf(1));
        Assert.Equal(0, lengths.Summarize().Learnt);
        Assert.Equal([2, 1, 0], new[] { 0, 1, 2 }.Select(more => lengths.At(lengths.TokensOf(0)!.Value + more).RowsLeftOut));
    }

    [Fact]
    public void At_Context_CountsRowsCutTokensLostAndRowsLeftOut()
    {
        // 20 tokens around the question and 2 + n of the answer: <|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n
        using var index = Open([Row("q", "aa"), Row("q", new string('a', 50)), Row(new string('q', 60), "a")]);
        var lengths = Measure(index);
        var head = lengths.TokensOf(0)!.Value - 4;

        var cut = lengths.At(head + 10);

        Assert.Equal((2, 1), (cut.RowsCut, cut.RowsLeftOut));
        Assert.Equal((lengths.TokensOf(1)!.Value - head - 10) + (lengths.TokensOf(2)!.Value - head - 10), cut.TokensLost);
        Assert.Equal(51 - 10 + 2, cut.LearntLost);
        Assert.Equal(new ContextCut(5000, 0, 0, 0, 0), lengths.At(5000));
    }

    [Fact]
    public void Summarize_AnyRows_IsExactAndItsBarsHoldEveryRow()
    {
        using var index = Open(Conversations(200));
        var lengths = Measure(index);
        var sorted = Enumerable.Range(0, index.Count).Select(row => lengths.TokensOf(row)!.Value).Order().ToList();

        var summary = lengths.Summarize();

        Assert.Equal((sorted[0], sorted[99], sorted[197], sorted[^1]), (summary.Shortest, summary.Median, summary.Percentile99, summary.Longest));
        Assert.Equal(sorted.Sum(), summary.Tokens);
        Assert.All(summary.Bars, bar => Assert.Equal(sorted.Count(tokens => tokens >= bar.From && tokens <= bar.To), bar.Count));
        Assert.Equal(index.Count, summary.Bars.Sum(bar => bar.Count));
        Assert.Contains(summary.Bars, bar => bar.To + 1 == 64);
    }

    [Fact]
    public void LongestFirst_EqualLengths_StayInTheOrderOfTheFile()
    {
        using var index = Open([Row("q", "a"), Row("q", "aaa"), Row("q", "b"), Row("q", "aa")]);

        Assert.Equal([1, 3, 0, 2], Measure(index).LongestFirst());
    }

    [Fact]
    public void Measure_RefusedRow_IsCountedAndIsInNoOtherFigure()
    {
        using var index = Open([Row("q", "a"), Row("refuse me", "a")]);

        var lengths = Measure(index);

        Assert.Null(lengths.TokensOf(1));
        Assert.Equal((2, 1, lengths.TokensOf(0)!.Value), (lengths.Summarize().Rows, lengths.Summarize().Refused, lengths.Summarize().Longest));
    }

    [Fact]
    public void Measure_CancelledAndCalledAgain_GoesOnWhereItWas()
    {
        using var index = Open(Enumerable.Range(0, 1200).Select(row => Row($"q{row}", new string('a', row % 50))));
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Measure(index, lengths => Stop(stop, lengths), stop.Token));

        var known = new List<int>();
        var resumed = Measure(index, lengths => known.Add(lengths.Known), Token);

        Assert.Equal([512, 1024, 1200], known);
        Assert.Equal(Columns(Measure(index, cache: null)), Columns(resumed));
        Assert.Equal([1200], Knowns(index));

        static void Stop(CancellationTokenSource source, TokenLengths lengths)
        {
            if (lengths.Known == 512)
            {
                source.Cancel();
            }
        }
    }

    [Theory]
    [InlineData("cut", 512)]
    [InlineData("damaged", 512)]
    [InlineData("other model", 0)]
    [InlineData("nonsense", 0)]
    public void Measure_FileThatDoesNotFit_IsMeasuredAnewFromThere(string damage, int kept)
    {
        using var index = Open(Enumerable.Range(0, 600).Select(row => Row($"q{row}", new string('a', row % 50))));
        var whole = Measure(index);
        var bytes = File.ReadAllBytes(_folder.At("lengths"));
        switch (damage)
        {
            case "cut":
                File.WriteAllBytes(_folder.At("lengths"), bytes[..^1]);
                break;
            case "damaged":
                bytes[^1] ^= 1;
                File.WriteAllBytes(_folder.At("lengths"), bytes);
                break;
            case "nonsense":
                File.WriteAllText(_folder.At("lengths"), "no lengths at all, but long enough to be looked at");
                break;
        }

        var known = Knowns(index, damage == "other model" ? "b" : "a");

        Assert.Equal(kept, known[0]);
        Assert.Equal(600, known[^1]);
        Assert.Equal(Columns(whole), Columns(Measure(index, model: damage == "other model" ? "b" : "a")));
    }

    private static string Row(string question, string answer)
        => JsonSerializer.Serialize(new { messages = new[] { new { role = "user", content = question }, new { role = "assistant", content = answer } } });

    private static IEnumerable<string> Conversations(int count)
    {
        var random = new Random(7);
        return Enumerable.Range(0, count).Select(_ => $"{{\"messages\": {Messages.Random(random).Messages.GetRawText()}}}");
    }

    private static List<(int? Tokens, int Learnt)> Columns(TokenLengths lengths)
        => [.. Enumerable.Range(0, lengths.Rows).Select(row => (lengths.TokensOf(row), lengths.LearntWithin(row)))];

    private List<int> Knowns(DatasetIndex index, string model = "a")
    {
        var known = new List<int>();
        Measure(index, lengths => known.Add(lengths.Known), Token, model: model);
        return known;
    }

    private TokenLengths Measure(DatasetIndex index, Action<TokenLengths>? progress = null, CancellationToken? token = null, string? cache = "lengths", string model = "a")
        => TokenLengthMeter.Measure(index, _renderer, cache is null ? null : _folder.At(cache), model, workers: 2, progress, token ?? Token);

    private DatasetIndex Open(IEnumerable<string> rows, TrainingMethod method = TrainingMethod.Sft)
        => DatasetIndex.Open(_folder.Write("rows.jsonl", string.Join('\n', rows)), new DatasetCheckOptions { Method = method }, Token);
}
