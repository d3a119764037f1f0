using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Tensors;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Adapters;

public sealed class PrincipalPartTests : IDisposable
{
    private readonly RandomGenerator _generator = new(3);

    public void Dispose() => _generator.Dispose();

    [Fact]
    public void Of_DiagonalMatrix_TakesTheLargestEntry()
    {
        using var scope = TensorScope.Enter();
        var weight = Tensor.From<float>([3, 0, 0, 1]).View(2, 2);

        var (a, b) = PrincipalPart.Of(weight, rank: 1, scale: 2, _generator);
        var rest = weight - (b.MatMul(a) * 2);

        // sqrt(3 / 2) in both, up to a sign that they share.
        Assert.Equal([Math.Sqrt(1.5), 0], a.Abs().Reshape(-1).ToArray<double>(), (one, other) => Math.Abs(one - other) < 1e-6);
        Assert.Equal([Math.Sqrt(1.5), 0], b.Abs().Reshape(-1).ToArray<double>(), (one, other) => Math.Abs(one - other) < 1e-6);
        Assert.Equal([0, 0, 0, 1], rest.Reshape(-1).ToArray<double>(), (one, other) => Math.Abs(one - other) < 1e-6);
    }

    [Fact]
    public void Of_FullRank_IsTheWholeMatrix()
    {
        using var scope = TensorScope.Enter();
        var weight = Tensor.Empty([20, 12], DType.Float32).FillNormal(0, 1, _generator);

        var (a, b) = PrincipalPart.Of(weight, rank: 12, scale: 0.5, _generator);

        Assert.True((weight - (b.MatMul(a) * 0.5)).Abs().Max().Item() < 1e-5);
    }

    [Theory]
    [InlineData(40, 24)]
    [InlineData(300, 200)]
    [InlineData(90, 260)]
    public void Of_SmallRank_HasTheLargestSingularValuesAndLeavesTheRestAlone(int outputs, int inputs)
    {
        using var scope = TensorScope.Enter();
        var weight = Tensor.Empty([outputs, inputs], DType.Float32).FillNormal(0, 1, _generator);
        var (exact, _) = PrincipalPart.Of(weight, Math.Min(outputs, inputs), scale: 1, _generator);

        var (a, b) = PrincipalPart.Of(weight, rank: 4, scale: 1, _generator);

        // The squared length of each row of A, and of each column of B, is a singular value.
        var largest = (exact * exact).Sum(1).Narrow(0, 0, 4).ToArray<double>();
        Assert.All(largest.Zip((a * a).Sum(1).ToArray<double>()), pair => Assert.InRange(pair.Second / pair.First, 0.99, 1.0001));
        Assert.All(largest.Zip((b * b).Sum(0).ToArray<double>()), pair => Assert.InRange(pair.Second / pair.First, 0.99, 1.0001));
        Assert.True(b.Transpose(0, 1).MatMul(weight - b.MatMul(a)).Abs().Max().Item() < 1e-2);
    }

    [Fact]
    public void Of_RankBeyondTheMatrix_BeginsTheRestAsUsual()
    {
        using var scope = TensorScope.Enter();
        var weight = Tensor.Empty([3, 8], DType.Float32).FillNormal(0, 1, _generator);

        var (a, b) = PrincipalPart.Of(weight, rank: 5, scale: 1, _generator);

        Assert.Equal([5, 8], a.Shape);
        Assert.Equal([3, 5], b.Shape);
        Assert.Equal(0, b.Narrow(1, 3, 2).Abs().Max().Item());
        Assert.InRange(a.Narrow(0, 3, 2).Abs().Max().Item(), 0.1, 1 / Math.Sqrt(8));
        Assert.True((weight - b.MatMul(a)).Abs().Max().Item() < 1e-5);
    }
}
