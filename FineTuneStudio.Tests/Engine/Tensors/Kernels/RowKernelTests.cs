using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>RMSNorm, rope and gated activations: the kernels that go over rows once.</summary>
public sealed class RowKernelTests
{
    public static TheoryData<DType, long, long> RowShapes
    {
        get
        {
            var data = new TheoryData<DType, long, long>();
            foreach (var type in Twins.Types)
            {
                foreach (var (rows, width) in new[] { (1L, 1L), (1, 16), (3, 17), (130, 64), (65, 1023), (7, 4096) })
                {
                    data.Add(type, rows, width);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(RowShapes))]
    public void RmsNorm_WeightLearnt_MatchesItsTwin(DType type, long rows, long width)
    {
        using var scope = TensorScope.Enter();

        Twins.AssertSame(
            inputs => [RmsNorm.Apply(inputs[0], inputs[1], 1e-6), RmsNorm.Apply(inputs[0], inputs[1], 1e-6, unitOffset: true)],
            [Twins.Learnt(Twins.Random(1, type, rows, width)), Twins.Learnt(Twins.Random(2, type, width))],
            type == DType.Float32 ? 4e-6 : 1.5e-2);
    }

    [Theory]
    [MemberData(nameof(RowShapes))]
    public void RmsNorm_WithResidual_MatchesItsTwin(DType type, long rows, long width)
    {
        using var scope = TensorScope.Enter();

        Twins.AssertSame(
            inputs =>
            {
                var (sum, normed) = RmsNorm.AddApply(inputs[0], inputs[1], inputs[2], 1e-6);
                return [sum, normed];
            },
            [Twins.Learnt(Twins.Random(1, type, rows, width)), Twins.Learnt(Twins.Random(2, type, rows, width)), Twins.Random(3, type, width)],
            type == DType.Float32 ? 4e-6 : 2e-2);
    }

    [Fact]
    public void RmsNorm_OnlyTheSumUsed_PassesItsGradientOn()
    {
        using var scope = TensorScope.Enter();

        Twins.AssertSame(
            inputs => [RmsNorm.AddApply(inputs[0], inputs[1], inputs[2], 1e-6).Sum],
            [Twins.Learnt(Twins.Random(1, DType.Float32, 5, 8)), Twins.Learnt(Twins.Random(2, DType.Float32, 5, 8)), Twins.Random(3, DType.Float32, 8)]);
    }

    [Theory]
    [InlineData(DType.Float32, 1, 1, 2)]
    [InlineData(DType.BFloat16, 1, 3, 16)]
    [InlineData(DType.Float32, 67, 4, 64)]
    [InlineData(DType.BFloat16, 67, 4, 128)]
    [InlineData(DType.BFloat16, 5, 2, 30)]
    public void Rope_SliceOfAWiderProduct_MatchesItsTwin(DType type, long tokens, long heads, long size)
    {
        using var scope = TensorScope.Enter();
        var angles = Twins.Random(2, DType.Float32, tokens, size / 2);
        var wide = Twins.Learnt(Twins.Random(1, type, tokens, 3 * heads, size));

        Twins.AssertSame(inputs => [Rope.Apply(inputs[0].Narrow(1, heads, heads), inputs[1], inputs[2])], [wide, angles.Cos(), angles.Sin()]);
    }

    [Theory]
    [InlineData(DType.Float32, 5)]
    [InlineData(DType.BFloat16, 4)]
    public void Rope_PartOfAHead_LeavesTheRest(DType type, long turned)
    {
        using var scope = TensorScope.Enter();
        var angles = Twins.Random(2, DType.Float32, 9, turned);
        var x = Twins.Learnt(Twins.Random(1, type, 9, 3, 16));

        Twins.AssertSame(inputs => [Rope.Apply(inputs[0], inputs[1], inputs[2])], [x, angles.Cos(), angles.Sin()]);
        Assert.True(Rope.Apply(x, angles.Cos(), angles.Sin()).Narrow(2, 2 * turned, 16 - (2 * turned)).HasSameElements(x.Narrow(2, 2 * turned, 16 - (2 * turned))));
    }

    [Theory]
    [MemberData(nameof(RowShapes))]
    public void GatedActivation_AnyShape_MatchesItsTwin(DType type, long rows, long width)
    {
        using var scope = TensorScope.Enter();

        foreach (var activation in Enum.GetValues<Activation>())
        {
            Twins.AssertSame(
                inputs => [GatedActivation.Apply(inputs[0], inputs[1], activation)],
                [Twins.Learnt(Twins.Random(1, type, rows, width)), Twins.Learnt(Twins.Random(2, type, rows, width))]);
            Twins.AssertSame(inputs => [GatedActivation.ApplyHalves(inputs[0], activation)], [Twins.Learnt(Twins.Random(1, type, rows, 2 * width))]);
        }
    }

    [Theory]
    [InlineData(Activation.Silu)]
    [InlineData(Activation.GeluTanh)]
    public void GatedActivation_ExtremeGates_StaysFinite(Activation activation)
    {
        using var scope = TensorScope.Enter();
        var gate = Twins.Learnt(Tensor.From([-1e4f, -90f, -1f, 0f, 90f, 1e4f]));
        var up = Tensor.Full([6], 1, DType.Float32);

        var y = GatedActivation.Apply(gate, up, activation);
        y.Sum().Backward();

        Assert.Equal([0f, 0f, 90f, 1e4f], y.ToArray<float>().Where((_, index) => index is 0 or 1 or 4 or 5), (left, right) => MathF.Abs(left - right) < 1e-6f * MathF.Abs(left) + 1e-30f);
        Assert.All(gate.Grad!.ToArray<float>(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void RowKernels_RunAgain_GiveTheSameBits()
    {
        using var scope = TensorScope.Enter();

        Twins.AssertSameBits(
            inputs =>
            {
                var (sum, normed) = RmsNorm.AddApply(inputs[0], inputs[1], inputs[2], 1e-6);
                return [GatedActivation.Apply(sum, normed)];
            },
            [Twins.Learnt(Twins.Random(1, DType.BFloat16, 300, 100)), Twins.Learnt(Twins.Random(2, DType.BFloat16, 300, 100)), Twins.Learnt(Twins.Random(3, DType.BFloat16, 100))]);
    }
}
