using FineTuneStudio.Engine.Models.Experts;
using FineTuneStudio.Engine.Tensors;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Models.Experts;

public sealed class RoutingRecordTests
{
    [Theory]
    [InlineData(8, 1)]
    [InlineData(255, 1)]
    [InlineData(256, 2)]
    [InlineData(384, 2)]
    public void IdsOf_Recorded_GivesThemBackInSoManyBytes(int experts, int bytes)
    {
        using var scope = TensorScope.Enter();
        var (first, second) = (Tensor.From<long>([0, experts - 1, 3, 4], 2, 2), Tensor.From<long>([5, 6, 7, 0], 2, 2));

        var record = RoutingRecord.Of([KeyValuePair.Create(1, first), KeyValuePair.Create(4, second)], experts);

        Assert.Equal(2, record.Tokens);
        Assert.Equal([1, 4], record.Layers);
        Assert.Equal(2 * 2 * 2 * bytes, record.Bytes);
        Assert.True(record.IsWhole);
        Assert.True(record.IdsOf(1, Device.Cpu).HasSameElements(first));
        Assert.True(record.IdsOf(4, Device.Cpu).HasSameElements(second));
        Assert.Throws<ArgumentException>(() => record.IdsOf(2, Device.Cpu));
    }

    [Fact]
    public void Join_SlicesOfARecord_IsTheRecord()
    {
        using var scope = TensorScope.Enter();
        var ids = Tensor.From<long>([0, 1, 2, 3, 4, 5], 3, 2);
        var record = RoutingRecord.Of([KeyValuePair.Create(0, ids)], 8);

        var joined = RoutingRecord.Join([record.Slice(0, 1), record.Slice(1, 2)]);

        Assert.True(joined.IdsOf(0, Device.Cpu).HasSameElements(ids));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(300)]
    public void ExtendedTo_MoreTokens_LeavesThemWithoutExperts(int experts)
    {
        using var scope = TensorScope.Enter();
        var record = RoutingRecord.Of([KeyValuePair.Create(0, Tensor.From<long>([6, 7], 1, 2))], experts).ExtendedTo(2);

        Assert.False(record.IsWhole);
        Assert.Equal([6L, 7, -1, -1], record.IdsOf(0, Device.Cpu).ToArray<long>());
    }

    [Fact]
    public void Join_RecordsOfDifferentModels_IsRefused()
    {
        using var scope = TensorScope.Enter();
        RoutingRecord Of(int layer) => RoutingRecord.Of([KeyValuePair.Create(layer, Tensor.From<long>([0], 1, 1))], 4);

        Assert.Throws<ArgumentException>(() => RoutingRecord.Join([Of(0), Of(1)]));
    }
}
