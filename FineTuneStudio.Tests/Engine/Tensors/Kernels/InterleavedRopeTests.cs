using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>Neighbours that turn together.</summary>
public sealed class InterleavedRopeTests
{
    public static TheoryData<DType> Types => [.. Twins.Types];

    [Theory]
    [MemberData(nameof(Types))]
    public void Apply_PartOfAHead_MatchesItsTwin(DType type)
    {
        using var scope = TensorScope.Enter();
        var angles = Twins.Random(2, DType.Float32, 9, 5);

        Twins.AssertSame(inputs => [Rope.Apply(inputs[0], angles.Cos(), angles.Sin(), interleaved: true)], [Twins.Learnt(Twins.Random(1, type, 9, 3, 14))]);
    }

    [Fact]
    public void Apply_QuarterTurn_MovesTheFirstNeighbourIntoTheSecond()
    {
        using var scope = TensorScope.Enter();

        var turned = Rope.Apply(Tensor.From([5f, 7f, 1f, 2f], 1, 1, 4), Tensor.From([0f, 1f], 1, 2), Tensor.From([1f, 0f], 1, 2), interleaved: true);

        Assert.Equal([-7f, 5f, 1f, 2f], turned.ToArray<float>());
    }
}
