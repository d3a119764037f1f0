using FineTuneStudio.Engine.Datasets;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

public sealed class RowPermutationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(17)]
    [InlineData(1000)]
    [InlineData(65_537)]
    public void Indexer_AllPositions_VisitEachRowOnce(int count)
    {
        var permutation = new RowPermutation(count, seed: 42, epoch: 3);

        Assert.Equal(Enumerable.Range(0, count), Enumerable.Range(0, count).Select(position => permutation[position]).Order());
    }

    [Fact]
    public void Indexer_SameSeedAndEpoch_IsTheSameForever()
    {
        // A checkpoint stores a position only: these numbers must never change.
        var permutation = new RowPermutation(10, seed: 42, epoch: 0);

        Assert.Equal(Golden, Enumerable.Range(0, 10).Select(position => permutation[position]));
    }

    [Fact]
    public void Indexer_OtherEpochOrSeed_IsAnotherOrder()
    {
        int[] Order(long seed, int epoch)
        {
            var permutation = new RowPermutation(100, seed, epoch);
            return [.. Enumerable.Range(0, 100).Select(position => permutation[position])];
        }

        Assert.NotEqual(Order(1, 0), Order(1, 1));
        Assert.NotEqual(Order(1, 0), Order(2, 0));
        Assert.NotEqual(Order(1, 0), Order(-1, 0));
    }

    [Fact]
    public void Indexer_ManySeeds_PutEachRowEverywhereEquallyOften()
    {
        const int count = 6;
        const int seeds = 6000;
        var counts = new int[count, count];
        for (var seed = 0; seed < seeds; seed++)
        {
            var permutation = new RowPermutation(count, seed, 0);
            for (var position = 0; position < count; position++)
            {
                counts[position, permutation[position]]++;
            }
        }

        // 1000 expected in each cell, standard deviation 29: six of them away would be no accident.
        Assert.All(counts.Cast<int>(), cell => Assert.InRange(cell, 820, 1180));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    public void Indexer_OutsideTheRange_Throws(int position)
        => Assert.Throws<ArgumentOutOfRangeException>(() => new RowPermutation(5, 0, 0)[position]);

    private static readonly int[] Golden = [6, 2, 7, 4, 5, 9, 1, 8, 0, 3];
}
