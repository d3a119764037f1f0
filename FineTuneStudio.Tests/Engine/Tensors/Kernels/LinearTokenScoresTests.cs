using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

public sealed class LinearTokenScoresTests
{
    [Theory]
    [InlineData(DType.Float32, 1, 1, 2, 1, null)]
    [InlineData(DType.Float32, 33, 16, 1000, 1, null)]
    [InlineData(DType.Float32, 300, 24, 40001, 0.7, null)]
    [InlineData(DType.Float32, 70, 16, 300, 1, 3.0)]
    [InlineData(DType.Float32, 70, 16, 300, 1.5, 3.0)]
    [InlineData(DType.BFloat16, 1, 16, 50, 1, null)]
    [InlineData(DType.BFloat16, 130, 32, 501, 1, null)]
    [InlineData(DType.BFloat16, 130, 32, 501, 0.8, 4.0)]
    public void Apply_AnyTemperatureAndBound_MatchesItsTwin(DType type, long rows, long width, long vocabulary, double temperature, double? softCap)
    {
        using var scope = TensorScope.Enter();
        var targets = Targets(rows, vocabulary);

        Twins.AssertSame(
            inputs => All(LinearTokenScores.Apply(inputs[0], inputs[1], targets, temperature, softCap, slopes: true)),
            [Twins.Random(1, type, rows, width), Twins.Random(2, type, vocabulary, width)],
            type == DType.Float32 ? 2e-5 : 3e-2);
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(0.7, null)]
    [InlineData(0.7, 3.0)]
    public void ApplyPlain_Slopes_AreTheGradientsOfTheLogProbabilities(double temperature, double? softCap)
    {
        using var scope = TensorScope.Enter();
        var (hidden, weight, targets) = (Twins.Learnt(Twins.Random(1, DType.Float32, 40, 16)), Twins.Random(2, DType.Float32, 300, 16), Targets(40, 300));
        var scores = LinearTokenScores.ApplyPlain(hidden, weight, targets, temperature, softCap, slopes: true);

        var logits = hidden.Linear(weight);
        var bounded = softCap is { } cap ? (logits / cap).Tanh() * cap : logits;
        var recorded = (bounded / temperature).LogSoftmax(-1);
        var found = recorded.Gather(-1, targets.Unsqueeze(-1)).Squeeze(-1);
        found.Sum().Backward();

        Twins.AssertClose(found.Detach(), scores.LogProbabilities, 2e-6, "log-probabilities");
        Twins.AssertClose(-(recorded.Exp() * recorded).Sum(-1).Detach(), scores.Entropies, 2e-6, "entropies");
        Twins.AssertClose(hidden.Grad!, scores.Slopes!, 2e-6, "slopes");
    }

    [Fact]
    public void Apply_SlopesNotAskedFor_AreNotThere()
    {
        using var scope = TensorScope.Enter();
        var (hidden, weight, targets) = (Twins.Random(1, DType.Float32, 40, 16), Twins.Random(2, DType.Float32, 300, 16), Targets(40, 300));

        var with = LinearTokenScores.Apply(hidden, weight, targets, 1, softCap: null, slopes: true);
        var without = LinearTokenScores.Apply(hidden, weight, targets, 1, softCap: null, slopes: false);

        Assert.Null(without.Slopes);
        Assert.True(with.LogProbabilities.HasSameElements(without.LogProbabilities));
        Assert.True(with.Entropies.HasSameElements(without.Entropies));
    }

    [Fact]
    public void Apply_HugeLogits_StaysFinite()
    {
        using var scope = TensorScope.Enter();

        var scores = LinearTokenScores.Apply(
            Tensor.From([1e4f, -1e4f], 2, 1), Tensor.From([1f, -1f, 0f], 3, 1), Tensor.Zeros([2], DType.Int64), 1, softCap: null, slopes: true);

        Assert.Equal([0f, -2e4f], scores.LogProbabilities.ToArray<float>());
        Assert.Equal([0f, 0f], scores.Entropies.ToArray<float>());
        Assert.Equal([0f, 2f], scores.Slopes!.ToArray<float>());
    }

    private static Tensor[] All(TokenScores scores) => [scores.LogProbabilities, scores.Entropies, scores.Slopes!];

    private static Tensor Targets(long rows, long vocabulary)
        => Tensor.From<long>([.. Enumerable.Range(0, (int)rows).Select(row => row * 7919L % vocabulary)], rows);
}
