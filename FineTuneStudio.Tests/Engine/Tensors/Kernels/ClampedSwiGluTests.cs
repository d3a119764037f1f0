using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>Gate and up in turns, cut at a limit.</summary>
public sealed class ClampedSwiGluTests
{
    public static TheoryData<DType> Types => [.. Twins.Types];

    [Theory]
    [MemberData(nameof(Types))]
    public void Apply_GateAndUpInTurns_MatchesItsTwin(DType type)
    {
        using var scope = TensorScope.Enter();
        var pairs = Twins.Random(1, type, 70, 2 * 53) * 4;

        Twins.AssertSame(inputs => [ClampedSwiGlu.Apply(inputs[0], 1.702, 5)], [Twins.Learnt(pairs.Detach())]);
    }

    [Fact]
    public void Apply_BeyondTheLimit_HasTheLimitsValueAndNoGradient()
    {
        using var scope = TensorScope.Enter();
        var pairs = Twins.Learnt(Tensor.From([9f, 8f, -9f, -8f, 1f, 0.5f], 1, 6));

        var y = ClampedSwiGlu.Apply(pairs, 1.702, 7);
        y.Sum().Backward();

        double Silu(double gate) => gate / (1 + Math.Exp(-1.702 * gate));
        double[] expected = [8 * Silu(7), -6 * Silu(-9), 1.5 * Silu(1)];
        Assert.Equal(expected, y.ToArray<float>().Select(value => (double)value), (left, right) => Math.Abs(left - right) < 1e-4);
        var gradient = pairs.Grad!.ToArray<float>();
        Assert.Equal([0, 0, 0], new[] { gradient[0], gradient[1], gradient[3] });
        Assert.All(new[] { gradient[2], gradient[4], gradient[5] }, slope => Assert.NotEqual(0, slope));
    }
}
