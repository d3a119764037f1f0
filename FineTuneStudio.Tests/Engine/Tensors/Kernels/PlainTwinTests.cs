using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>The oracles themselves, against closed forms.</summary>
public sealed class PlainTwinTests
{
    [Fact]
    public void RmsNorm_ThreeAndFour_DividesByTheirRootMeanSquare()
    {
        using var scope = TensorScope.Enter();

        var normed = RmsNorm.ApplyPlain(Tensor.From([3f, 4f], 1, 2), Tensor.From([1f, 2f]), epsilon: 0);

        var root = MathF.Sqrt(12.5f);
        Assert.Equal([3 / root, 8 / root], normed.ToArray<float>(), (left, right) => MathF.Abs(left - right) < 1e-6f);
    }

    [Fact]
    public void Rope_QuarterTurn_MovesTheFirstHalfIntoTheSecond()
    {
        using var scope = TensorScope.Enter();

        var turned = Rope.ApplyPlain(Tensor.From([5f, 7f], 1, 1, 2), Tensor.From([0f], 1, 1), Tensor.From([1f], 1, 1));

        Assert.Equal([-7f, 5f], turned.ToArray<float>());
    }

    [Fact]
    public void PackedAttention_ZeroQueries_AveragesWhatEachTokenMaySee()
    {
        using var scope = TensorScope.Enter();
        var zero = Tensor.Zeros([5, 2, 1], DType.Float32);
        var keys = Tensor.Zeros([5, 1, 1], DType.Float32);
        var values = Tensor.From([1f, 3f, 5f, 10f, 20f], 5, 1, 1);

        var whole = PackedAttention.ApplyPlain(zero, keys, values, [0, 3, 5], new(1));
        var windowed = PackedAttention.ApplyPlain(zero, keys, values, [0, 3, 5], new(1) { Window = 2 });

        Assert.Equal([1f, 1f, 2f, 2f, 3f, 3f, 10f, 10f, 15f, 15f], whole.ToArray<float>());
        Assert.Equal([1f, 1f, 2f, 2f, 4f, 4f, 10f, 10f, 15f, 15f], windowed.ToArray<float>());
    }

    [Fact]
    public void LinearCrossEntropy_ZeroHidden_IsLogOfTheVocabularyForEachRow()
    {
        using var scope = TensorScope.Enter();
        var hidden = Tensor.Zeros([300, 4], DType.Float32);
        hidden.RequiresGrad = true;

        var loss = LinearCrossEntropy.ApplyPlain(hidden, Tensor.Zeros([8, 4], DType.Float32), Tensor.Full([300], 3, DType.Int64));
        loss.Backward();

        Assert.Equal(300 * Math.Log(8), loss.Item(), 1e-2);
        Assert.Equal([300, 4], hidden.Grad!.Shape);
    }

    [Fact]
    public void AdamW_FirstStep_MovesByTheLearningRateAgainstTheSign()
    {
        using var scope = TensorScope.Enter();
        var parameter = Tensor.From([1f, 1f]);
        var (first, second) = (Tensor.Zeros([2], DType.Float32), Tensor.Zeros([2], DType.Float32));

        AdamWStep.ApplyPlain([parameter], [Tensor.From([4f, -2f])], [first], [second], 1, 0.1, 0.9, 0.999, 0, weightDecay: 0, gradientScale: 0.5);

        Assert.Equal([0.9f, 1.1f], parameter.ToArray<float>(), (left, right) => MathF.Abs(left - right) < 1e-6f);
        Assert.Equal([0.2f, -0.1f], first.ToArray<float>(), (left, right) => MathF.Abs(left - right) < 1e-6f);
    }

    [Fact]
    public void GradientNorm_ThreeAndFour_IsFive()
    {
        using var scope = TensorScope.Enter();

        Assert.Equal(5, GradientNorm.OfPlain([Tensor.From([3f]), Tensor.From([0f, 4f])]), 1e-6);
    }
}
