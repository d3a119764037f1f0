using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>Choosing tokens, against the twin in double precision and against the distribution itself.</summary>
public sealed class TokenChoiceTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(15, false)]
    [InlineData(320, false)]
    [InlineData(5003, false)]
    [InlineData(1, true)]
    [InlineData(15, true)]
    [InlineData(512, true)]
    [InlineData(5003, true)]
    public void Apply_EveryKindOfRow_MatchesItsTwin(int vocabulary, bool isElsewhere)
    {
        using var scope = TensorScope.Enter();
        const int rows = 40;
        var logits = Twins.Random(1, DType.Float32, rows, vocabulary) * 3;
        double[] temperatures = [.. Enumerable.Range(0, rows).Select(row => (row % 4) switch { 0 => 0, 1 => 1, 2 => 0.3, _ => 2.5 })];
        double[] topP = [.. Enumerable.Range(0, rows).Select(row => (row / 4 % 3) switch { 0 => 1, 1 => 0.9, _ => 1e-6 })];
        long[] topK = [.. Enumerable.Range(0, rows).Select(row => (row / 12 % 3) switch { 0 => 0, 1 => 7L, _ => 1000 })];
        double[] minP = [.. Enumerable.Range(0, rows).Select(row => (row % 5) switch { 0 => 0.02, 1 => 0.3, 2 => 1, _ => 0 })];
        long[] keys = [.. Enumerable.Range(0, rows).Select(row => ((row % 2 == 0 ? 1 : -1) * row * 7919L) - 5)];
        long[] counters = [.. Enumerable.Range(0, rows).Select(row => (long)row % 3)];

        var fused = isElsewhere
            ? DeviceTokenChoice.Apply(logits, temperatures, topP, topK, keys, counters, minP)
            : TokenChoice.Apply(logits, temperatures, topP, topK, keys, counters, minP);
        var plain = TokenChoice.ApplyPlain(logits, temperatures, topP, topK, keys, counters, minP);

        Assert.Equal(plain.Tokens.ToArray<long>(), fused.Tokens.ToArray<long>());
        Twins.AssertClose(plain.LogProbabilities, fused.LogProbabilities, 1e-5, "log-probabilities", smallest: 1);
    }

    [Fact]
    public void Apply_ManyCounters_DrawsTheDistribution()
    {
        using var scope = TensorScope.Enter();
        const int draws = 20000;
        double[] expected = [0.5, 0.25, 0.125, 0.0625, 0.0625];
        var logits = Tensor.From<float>([.. expected.Select(share => (float)Math.Log(share))], 1, 5).Expand(draws, 5).Contiguous();

        var tokens = Choose(logits, draws, temperature: 1, topP: 1, topK: 0);

        Assert.All(Enumerable.Range(0, 5), id => Assert.Equal(expected[id], Share(tokens, id), 4 * Math.Sqrt(0.25 / draws)));
    }

    [Fact]
    public void Apply_TopPAndTopK_KeepTheLikeliestOnly()
    {
        using var scope = TensorScope.Enter();
        const int draws = 2000;
        var logits = Tensor.From<float>([.. new[] { 0.1, 0.2, 0.3, 0.4 }.Select(share => (float)Math.Log(share))], 1, 4).Expand(draws, 4).Contiguous();

        Assert.Equal([2L, 3L], Choose(logits, draws, 1, topP: 0.65, topK: 0).Distinct().Order());
        Assert.Equal([1L, 2L, 3L], Choose(logits, draws, 1, topP: 1, topK: 3).Distinct().Order());
        Assert.Equal([3L], Choose(logits, draws, 1, topP: 0.5, topK: 2).Distinct().Order());
    }

    [Fact]
    public void Apply_MinP_KeepsWhatIsLikelyEnoughBesideTheLikeliestAfterTheTemperature()
    {
        using var scope = TensorScope.Enter();
        const int draws = 2000;
        var logits = Tensor.From<float>([.. new[] { 0.05, 0.15, 0.3, 0.5 }.Select(share => (float)Math.Log(share))], 1, 4).Expand(draws, 4).Contiguous();

        Assert.Equal([2L, 3L], Choose(logits, draws, 1, topP: 1, topK: 0, minP: 0.5).Distinct().Order());
        Assert.Equal([1L, 2L, 3L], Choose(logits, draws, 2, topP: 1, topK: 0, minP: 0.5).Distinct().Order());
        Assert.Equal([3L], Choose(logits, draws, 1, topP: 1, topK: 0, minP: 1).Distinct().Order());
        Assert.Equal([2L, 3L], Choose(logits, draws, 1, topP: 0.75, topK: 0, minP: 0.01).Distinct().Order());
        Assert.Equal([2L, 3L], Choose(logits, draws, 1, topP: 1, topK: 2, minP: 0.01).Distinct().Order());
    }

    [Fact]
    public void Apply_RowAmongOthers_ChoosesAsAlone()
    {
        using var scope = TensorScope.Enter();
        var logits = Twins.Random(1, DType.Float32, 9, 400);
        long[] keys = [.. Enumerable.Range(0, 9).Select(row => (long)row)];
        var together = TokenChoice.Apply(logits, Fill(9, 1.0), Fill(9, 0.9), Fill(9, 0L), keys, Fill(9, 5L)).Tokens.ToArray<long>();

        for (var row = 0; row < 9; row++)
        {
            var alone = TokenChoice.Apply(logits.Narrow(0, row, 1), [1], [0.9], [0], [keys[row]], [5]);
            Assert.Equal(together[row], alone.Tokens.ToArray<long>()[0]);
        }
    }

    [Fact]
    public void Apply_EqualLogits_GreedyTakesTheLowestId()
    {
        using var scope = TensorScope.Enter();
        var logits = Tensor.From<float>([1, 3, 3, 3, 2], 1, 5);

        Assert.Equal([1L], TokenChoice.Apply(logits, [0], [1], [0], [0], [0]).Tokens.ToArray<long>());
    }

    [Fact]
    public void Apply_NotANumber_IsRefused()
    {
        using var scope = TensorScope.Enter();
        var logits = Tensor.From<float>([1, float.NaN, 3], 1, 3);

        var exception = Assert.Throws<TensorException>(() => TokenChoice.Apply(logits, [1], [1], [0], [0], [0]));

        Assert.Contains("diverged", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>The first of the published test vectors of Philox 4x32 with 10 rounds: key and counter zero give 6627e8d5 e169c58d.</summary>
    [Fact]
    public void Uniform_ZeroKeyAndCounter_IsThePublishedVector()
        => Assert.Equal((0x6627e8d5e169c58dUL >> 11) * Math.Pow(2, -53), TokenChoice.Uniform(0, 0));

    private static long[] Choose(Tensor logits, int draws, double temperature, double topP, long topK, double? minP = null)
        => TokenChoice.Apply(
            logits, Fill(draws, temperature), Fill(draws, topP), Fill(draws, topK), Fill(draws, 42L), [.. Enumerable.Range(0, draws).Select(draw => (long)draw)],
            minP is { } least ? Fill(draws, least) : null)
            .Tokens.ToArray<long>();

    private static double Share(long[] tokens, int id) => tokens.Count(token => token == id) / (double)tokens.Length;

    private static T[] Fill<T>(int count, T value)
    {
        var values = new T[count];
        Array.Fill(values, value);
        return values;
    }
}
