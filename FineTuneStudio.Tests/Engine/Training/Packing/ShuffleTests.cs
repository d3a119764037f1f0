using FineTuneStudio.Engine.Training.Packing;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Packing;

public sealed class ShuffleTests
{
    [Fact]
    public void Order_AnyCount_HoldsEachNumberOnce()
        => Assert.Equal(Enumerable.Range(0, 1000), Shuffle.Order(1000, 5, 2).Order());

    [Fact]
    public void Order_OfAnotherSeedOrStream_Differs()
    {
        var order = Shuffle.Order(100, 5, 2);
        Assert.NotEqual(order, Shuffle.Order(100, 6, 2));
        Assert.NotEqual(order, Shuffle.Order(100, 5, 3));
        Assert.Equal(order, Shuffle.Order(100, 5, 2));
    }

    [Fact]
    public void Order_OverManySeeds_PutsEachNumberFirstAboutEquallyOften()
    {
        var first = new int[8];
        for (var seed = 0; seed < 8_000; seed++)
        {
            first[Shuffle.Order(8, seed, 0)[0]]++;
        }

        // Five standard deviations of a binomial with n = 8,000 and p = 1/8.
        Assert.All(first, count => Assert.InRange(count, 852, 1148));
    }
}
