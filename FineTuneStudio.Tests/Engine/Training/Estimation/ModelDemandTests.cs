using FineTuneStudio.Engine.Training.Estimation;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Estimation;

public sealed class ModelDemandTests
{
    private static string Model => SharedData.Golden("models", "llama");

    [Fact]
    public void Of_EveryWeight_TakesMoreThanAnAdapterAndThatMoreThanOneBesideFewBits()
    {
        // Few tokens: beside few bits each takes a little more, and this model's weights are few.
        var demand = ModelDemand.Of(Model, 8);

        Assert.True(demand.Whole > demand.Adapter, $"{demand}");
        Assert.True(demand.Adapter >= demand.PackedAdapter, $"{demand}");
    }

    [Fact]
    public void Of_LongerRow_TakesMore() => Assert.True(ModelDemand.Of(Model, 64).Adapter > ModelDemand.Of(Model, 32).Adapter);

    [Fact]
    public void Of_LongerThanTheModel_CountsAsItsContext()
    {
        var demand = ModelDemand.Of(Model, int.MaxValue);

        Assert.InRange(demand.Context, 1, 1 << 20);
        Assert.Equal(demand, ModelDemand.Of(Model, demand.Context));
    }
}
