using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

public sealed class LinearCrossEntropyTests
{
    [Theory]
    [InlineData(DType.Float32, 1, 1, 2)]
    [InlineData(DType.Float32, 33, 16, 1000)]
    [InlineData(DType.Float32, 600, 24, 40001)]
    [InlineData(DType.BFloat16, 1, 16, 50)]
    [InlineData(DType.BFloat16, 130, 32, 501)]
    public void Apply_HeadFrozenOrLearnt_MatchesItsTwin(DType type, long rows, long width, long vocabulary)
    {
        using var scope = TensorScope.Enter();
        var targets = Targets(rows, vocabulary);
        var hidden = Twins.Learnt(Twins.Random(1, type, rows, width));
        var weight = Twins.Random(2, type, vocabulary, width);
        var tolerance = type == DType.Float32 ? 2e-5 : 3e-2;

        Twins.AssertSame(inputs => [LinearCrossEntropy.Apply(inputs[0], inputs[1], targets)], [hidden, weight], tolerance);
        Twins.AssertSame(inputs => [LinearCrossEntropy.Apply(inputs[0], inputs[1], targets)], [hidden, Twins.Learnt(weight)], tolerance);
    }

    [Fact]
    public void Apply_RowWeights_MatchesItsTwin()
    {
        using var scope = TensorScope.Enter();
        var targets = Targets(70, 100);
        var weights = Twins.Random(3, DType.Float32, 70);

        Twins.AssertSame(
            inputs => [LinearCrossEntropy.Apply(inputs[0], inputs[1], targets, weights)],
            [Twins.Learnt(Twins.Random(1, DType.Float32, 70, 16)), Twins.Random(2, DType.Float32, 100, 16)],
            2e-5);
    }

    [Theory]
    [InlineData(DType.Float32, 2e-5)]
    [InlineData(DType.BFloat16, 3e-2)]
    public void Apply_SoftCap_MatchesItsTwin(DType type, double tolerance)
    {
        using var scope = TensorScope.Enter();
        var targets = Targets(45, 300);
        Tensor[] inputs = [Twins.Learnt(Twins.Random(1, type, 45, 16)), Twins.Learnt(Twins.Random(2, type, 300, 16))];

        Twins.AssertSame(given => [LinearCrossEntropy.Apply(given[0], given[1], targets, softCap: 3)], inputs, tolerance);
        Twins.AssertSame(
            given => [LinearCrossEntropy.TokenLogProbabilities(given[0], given[1], targets, softCap: 3)], Array.ConvertAll(inputs, input => input.Detach()), tolerance);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    public void Apply_WithAPlaceForLosses_FillsItWithEachRowsOwn(DType type)
    {
        using var scope = TensorScope.Enter();
        var (hidden, weight, targets) = (Twins.Random(1, type, 70, 16), Twins.Random(2, type, 300, 16), Targets(70, 300));
        var factors = Twins.Random(3, DType.Float32, 70);
        var wanted = LinearCrossEntropy.TokenLogProbabilities(hidden, weight, targets).ToArray<float>();
        foreach (var apply in (Func<Tensor, Tensor>[])
                 [losses => LinearCrossEntropy.Apply(Twins.Learnt(hidden), weight, targets, factors, losses: losses),
                  losses => LinearCrossEntropy.ApplyPlain(Twins.Learnt(hidden), weight, targets, factors, losses: losses)])
        {
            var losses = Tensor.Zeros([70], DType.Float32);
            apply(losses).Backward();

            Assert.All(losses.ToArray<float>().Zip(wanted), pair => Assert.Equal(-pair.Second, pair.First, type == DType.Float32 ? 1e-5f : 3e-2f));
        }
    }

    [Fact]
    public void Apply_LossScaledAfterwards_ScalesItsGradient()
    {
        using var scope = TensorScope.Enter();
        var targets = Targets(5, 10);

        Twins.AssertSame(
            inputs => [LinearCrossEntropy.Apply(inputs[0], inputs[1], targets) / 5],
            [Twins.Learnt(Twins.Random(1, DType.Float32, 5, 16)), Twins.Random(2, DType.Float32, 10, 16)],
            2e-5);
    }

    [Fact]
    public void Apply_NoRows_IsZero()
    {
        using var scope = TensorScope.Enter();
        var hidden = Twins.Learnt(Tensor.Zeros([0, 4], DType.Float32));

        var loss = LinearCrossEntropy.Apply(hidden, Tensor.Zeros([8, 4], DType.Float32), Tensor.Zeros([0], DType.Int64));
        loss.Backward();

        Assert.Equal(0, loss.Item());
        Assert.Equal([0, 4], hidden.Grad!.Shape);
    }

    [Fact]
    public void Apply_HugeLogits_StaysFinite()
    {
        using var scope = TensorScope.Enter();
        var hidden = Twins.Learnt(Tensor.From([1e4f, -1e4f], 2, 1));

        var loss = LinearCrossEntropy.Apply(hidden, Tensor.From([1f, -1f, 0f], 3, 1), Tensor.Zeros([2], DType.Int64));
        loss.Backward();

        Assert.Equal(2e4, loss.Item(), 1);
        Assert.Equal([0f, -2f], hidden.Grad!.ToArray<float>(), (left, right) => MathF.Abs(left - right) < 1e-6f);
    }

    [Fact]
    public void Apply_TargetOutsideTheVocabulary_SaysWhich()
    {
        using var scope = TensorScope.Enter();

        var exception = Assert.Throws<TensorException>(
            () => LinearCrossEntropy.Apply(Tensor.Zeros([2, 4], DType.Float32), Tensor.Zeros([8, 4], DType.Float32), Tensor.Full([2], 8, DType.Int64)));

        Assert.Contains("target 8 at row 0 is outside the vocabulary of 8", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    public void TokenLogProbabilities_ManyRows_MatchTheirTwin(DType type)
    {
        using var scope = TensorScope.Enter();
        var targets = Targets(77, 300);

        Twins.AssertSame(
            inputs => [LinearCrossEntropy.TokenLogProbabilities(inputs[0], inputs[1], targets)],
            [Twins.Random(1, type, 77, 16), Twins.Random(2, type, 300, 16)],
            type == DType.Float32 ? 2e-6 : 1e-2);
    }

    private static Tensor Targets(long rows, long vocabulary)
        => Tensor.From<long>([.. Enumerable.Range(0, (int)rows).Select(row => row * 7919L % vocabulary)], rows);
}
