using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

public sealed class ExpertDispatchTests
{
    [Fact]
    public void Plan_PairsOfOneExpert_StayInTheOrderOfTokens()
    {
        using var scope = TensorScope.Enter();
        var ids = Tensor.From<long>([2, 0, 0, 2, 3, 0], 3, 2);

        var (places, offsets) = ExpertDispatch.Plan(ids, 5);

        Assert.Equal([3L, 0, 1, 4, 5, 2], places.ToArray<long>());
        Assert.Equal([0L, 3, 3, 5, 6, 6], offsets.ToArray<long>());
    }

    [Fact]
    public void Plan_ManyTokens_MatchesItsTwin()
    {
        using var scope = TensorScope.Enter();
        using var generator = new RandomGenerator(1);
        var ids = Tensor.Empty([5000, 4], DType.Float32).FillUniform(0, 16, generator).To(DType.Int64);

        var (places, offsets) = ExpertDispatch.Plan(ids, 16);
        var (plainPlaces, plainOffsets) = ExpertDispatch.PlanPlain(ids, 16);

        Assert.True(places.HasSameElements(plainPlaces));
        Assert.True(offsets.HasSameElements(plainOffsets));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void Plan_IdOfNoExpert_IsRefused(long id)
    {
        using var scope = TensorScope.Enter();

        var exception = Assert.Throws<TensorException>(() => ExpertDispatch.Plan(Tensor.From<long>([0, id], 1, 2), 4));

        Assert.Contains($"expert {id} of 4", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    public void RowsAndSum_ThereAndBack_MatchTheirTwins(DType type)
    {
        using var scope = TensorScope.Enter();
        using var generator = new RandomGenerator(1);
        var ids = Tensor.Empty([50, 3], DType.Float32).FillUniform(0, 8, generator).To(DType.Int64);
        var places = ExpertDispatch.Plan(ids, 8).Places;

        Twins.AssertSame(
            inputs => [ExpertDispatch.Sum(ExpertDispatch.Rows(inputs[0], places) * 2, inputs[1], places)],
            [Twins.Learnt(Twins.Random(1, type, 50, 37)), Twins.Learnt(Twins.Random(2, DType.Float32, 50, 3))]);
    }

    [Fact]
    public void Sum_WeightsThatAddToOne_GivesTheTokensBack()
    {
        using var scope = TensorScope.Enter();
        var places = ExpertDispatch.Plan(Tensor.From<long>([1, 0, 1, 2], 2, 2), 3).Places;
        var x = Tensor.From([1f, 2f, 3f, 4f], 2, 2);

        var sum = ExpertDispatch.Sum(ExpertDispatch.Rows(x, places), Tensor.From([0.25f, 0.75f, 0.5f, 0.5f], 2, 2), places);

        Assert.Equal([1f, 2f, 3f, 4f], sum.ToArray<float>());
    }
}
