using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>Activations of products that hold gate and up in one.</summary>
public sealed class GatedActivationTests
{
    public static TheoryData<DType> Types => [.. Twins.Types];

    [Theory]
    [MemberData(nameof(Types))]
    public void ApplyJoined_GateBesideUp_MatchesItsTwin(DType type)
    {
        using var scope = TensorScope.Enter();

        Twins.AssertSame(inputs => [GatedActivation.ApplyJoined(inputs[0])], [Twins.Learnt(Twins.Random(1, type, 70, 2 * 53))]);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Clamped_GateAndUpInTurns_MatchesItsTwin(DType type)
    {
        using var scope = TensorScope.Enter();
        var pairs = Twins.Random(1, type, 70, 2 * 53) * 4;

        Twins.AssertSame(inputs => [ClampedSwiGlu.Apply(inputs[0], 1.702, 5)], [Twins.Learnt(pairs.Detach())]);
    }

    [Fact]
    public void Clamped_BeyondTheLimit_HasTheLimitsValueAndNoGradient()
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

    [Theory]
    [MemberData(nameof(Types))]
    public void Rope_Interleaved_MatchesItsTwin(DType type)
    {
        using var scope = TensorScope.Enter();
        var angles = Twins.Random(2, DType.Float32, 9, 5);

        Twins.AssertSame(inputs => [Rope.Apply(inputs[0], angles.Cos(), angles.Sin(), interleaved: true)], [Twins.Learnt(Twins.Random(1, type, 9, 3, 10))]);
    }

    [Fact]
    public void Rope_InterleavedQuarterTurn_MovesTheFirstNeighbourIntoTheSecond()
    {
        using var scope = TensorScope.Enter();

        var turned = Rope.Apply(Tensor.From([5f, 7f, 1f, 2f], 1, 1, 4), Tensor.From([0f, 1f], 1, 2), Tensor.From([1f, 0f], 1, 2), interleaved: true);

        Assert.Equal([-7f, 5f, 1f, 2f], turned.ToArray<float>());
    }
}
