using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Training.Reinforcement;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Reinforcement;

/// <summary>What holds for advantages of any rewards.</summary>
public sealed class AdvantagesTests
{
    private static readonly AdvantageScale[] Scales = [AdvantageScale.Group, AdvantageScale.Batch, AdvantageScale.None, AdvantageScale.OthersMean];

    [Fact]
    public void Compute_AnyRewards_SumToNothingInEachGroupAndKeepTheirOrder()
        => Prop.ForAll(Rewards(), rewards => Scales.All(scale =>
        {
            var values = Advantages.Compute(rewards, 4, scale).Values;
            return values.Chunk(4).All(group => Math.Abs(group.Sum()) < 1e-6)
                && rewards.Chunk(4).Zip(values.Chunk(4)).All(pair => pair.First.Zip(pair.Second).OrderBy(entry => entry.First).Select(entry => entry.Second).Pairwise((left, right) => left <= right + 1e-9));
        })).QuickCheckThrowOnFailure();

    [Fact]
    public void Compute_RewardsMovedTogether_ChangeNothing()
        => Prop.ForAll(Rewards(), rewards => Scales.All(scale =>
            Advantages.Compute(rewards, 4, scale).Values.Zip(Advantages.Compute([.. rewards.Select(reward => reward + 10)], 4, scale).Values)
                .All(pair => Math.Abs(pair.First - pair.Second) < 1e-6))).QuickCheckThrowOnFailure();

    [Fact]
    public void Compute_EqualAndUnscoredGroups_TeachNothingAndAreCounted()
    {
        var advantages = Advantages.Compute([1, 1, double.NaN, 0, 0, 1, double.NaN, double.NaN], 2, AdvantageScale.Group);

        Assert.Equal([true, false, false, false], advantages.ZeroVariance);
        Assert.Equal([0, 0, 0, 0], advantages.Values[..4]);
        Assert.Equal(-advantages.Values[4], advantages.Values[5]);
        Assert.Equal([0, 0], advantages.Values[6..]);
        Assert.Equal(0.6, advantages.Mean, 1e-12);
    }

    [Fact]
    public void Compute_NoRewardAtAll_IsNothingAndNoNaN()
        => Assert.All(Scales, scale => Assert.Equal([0, 0], Advantages.Compute([double.NaN, double.NaN], 2, scale).Values));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Compute_GroupsThatDoNotFit_AreRefused(int groupSize)
        => Assert.Throws<ArgumentException>(() => Advantages.Compute([1, 2, 3, 4], groupSize, AdvantageScale.Group));

    private static Arbitrary<double[]> Rewards()
        => Gen.Choose(-1000, 1000).Select(number => number / 1000.0).ArrayOf(12).ToArbitrary();
}

/// <summary>Neighbours of a sequence.</summary>
file static class Neighbours
{
    /// <summary>Whether a relation holds between all neighbours.</summary>
    public static bool Pairwise(this IEnumerable<double> values, Func<double, double, bool> holds)
        => values.Zip(values.Skip(1)).All(pair => holds(pair.First, pair.Second));
}
