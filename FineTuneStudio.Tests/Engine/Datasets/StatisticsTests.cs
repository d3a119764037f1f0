using System.Text;
using FineTuneStudio.Engine.Datasets.Statistics;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

public sealed class StatisticsTests
{
    [Fact]
    public void Distribution_AnyLengths_IsExactInEndsAndMeanAndWithinThreePercentElse()
        => Prop.ForAll(Gen.NonEmptyListOf(Gen.OneOf(Gen.Choose(0, 40), Gen.Choose(0, 2_000_000))).ToArbitrary(), values =>
        {
            var tally = new LengthTally();
            values.ToList().ForEach(value => tally.Add(value));
            var sorted = values.Order().ToList();
            var median = sorted[((sorted.Count + 1) / 2) - 1];
            var distribution = tally.ToDistribution();
            return distribution.Minimum == sorted[0] && distribution.Maximum == sorted[^1]
                && Math.Abs(distribution.Mean - values.Average()) < 1e-6
                && Math.Abs(distribution.Median - median) <= (0.03 * median) + 1
                && distribution.Bars.Sum(bar => bar.Count) == values.Count
                && distribution.Bars.Zip(distribution.Bars.Skip(1)).All(pair => pair.Second.From == pair.First.To + 1);
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void LengthTally_AddedToAnother_IsAsOne()
    {
        LengthTally left = new(), right = new(), both = new();
        for (var value = 0; value < 1000; value++)
        {
            (value % 2 == 0 ? left : right).Add(value * 7);
            both.Add(value * 7);
        }

        left.Add(right);

        Assert.Equal(both.ToDistribution().Bars, left.ToDistribution().Bars);
        Assert.Equal(both.ToDistribution().Percentile95, left.ToDistribution().Percentile95);
    }

    [Fact]
    public void DistinctCounter_FewValues_IsExact()
    {
        var counter = new DistinctCounter();
        for (var i = 0; i < 300_000; i++)
        {
            counter.Add(Hash(i % 100_000), i + 1);
        }

        Assert.Equal((100_000L, 200_000L, false), (counter.Distinct, counter.Repeated, counter.IsEstimate));
        Assert.Equal(100_008, counter.Add(Hash(100_007), 100_008) + 100_008);
        Assert.Equal(8, counter.Add(Hash(7), 999_999));
    }

    [Fact]
    public void DistinctCounter_MillionsOfValues_EstimatesWithinAPercentAndInventsNoRepeats()
    {
        const int count = 3_000_000;
        var counter = new DistinctCounter();
        for (var i = 0; i < count; i++)
        {
            counter.Add(Hash(i), i + 1);
        }

        Assert.True(counter.IsEstimate);
        Assert.InRange(counter.Distinct, 0.99 * count, 1.01 * count);
        Assert.Equal(0, counter.Repeated);
    }

    [Fact]
    public void Hash64_OneBitOrLengthDifferent_IsAnotherHash()
    {
        var hashes = new HashSet<ulong>();
        var bytes = new byte[100];
        for (var length = 0; length <= bytes.Length; length++)
        {
            Assert.True(hashes.Add(Hash64.Append(0, bytes.AsSpan(0, length))));
        }

        for (var bit = 0; bit < 800; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(hashes.Add(Hash64.Append(0, bytes)));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Hash64_KnownText_IsTheSameForever()
        => Assert.Equal(GoldenHash, Hash64.Append(0, Encoding.UTF8.GetBytes("The split of a dataset depends on this number: it must not change.")));

    // A resumed run splits by these hashes; computed by an independent implementation.
    private const ulong GoldenHash = 0xCBA9EF2B5ABDF346;

    private static ulong Hash(int value) => Hash64.Append(0, BitConverter.GetBytes(value));
}
