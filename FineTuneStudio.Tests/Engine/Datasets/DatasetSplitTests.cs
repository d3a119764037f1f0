using FineTuneStudio.Engine.Datasets;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

public sealed class DatasetSplitTests
{
    [Fact]
    public void Create_OtherOrder_HoldsOutTheSameContents()
    {
        ulong[] hashes = [.. Enumerable.Range(0, 500).Select(row => (ulong)row * 7919)];
        ulong[] reversed = [.. hashes.Reverse()];

        Assert.Equal(HeldOut(hashes).Order(), HeldOut(reversed).Order());

        IEnumerable<ulong> HeldOut(ulong[] rows) => Split(rows, 0.1).HeldOut.Select(row => rows[row]);
    }

    [Fact]
    public void Create_LongerFile_MovesFewRows()
    {
        ulong[] hashes = [.. Enumerable.Range(0, 1000).Select(row => (ulong)row)];

        var before = Split(hashes[..900], 0.1).HeldOut;
        var after = Split(hashes, 0.1).HeldOut;

        Assert.InRange(before.Except(after).Count(), 0, 20);
    }

    [Fact]
    public void Create_EqualRows_FallOnTheSameSide()
        => Prop.ForAll(Gen.ListOf(Gen.Choose(0, 20)).ToArbitrary(), contents =>
        {
            ulong[] hashes = [.. contents.Select(content => (ulong)content)];
            var heldOut = Split(hashes, 0.3).HeldOut.Select(row => hashes[row]).ToHashSet();
            var split = Split(hashes, 0.3);
            return Enumerable.Range(0, split.TrainingCount).All(position => !heldOut.Contains(hashes[split.TrainingRow(position)]));
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void TrainingRow_AllPositions_AreTheRowsNotHeldOut()
        => Prop.ForAll(Gen.Choose(2, 300).ToArbitrary(), Gen.Choose(0, 90).ToArbitrary(), (rows, percent) =>
        {
            ulong[] hashes = [.. Enumerable.Range(0, rows).Select(row => (ulong)row)];
            var split = Split(hashes, percent / 100.0);
            return Enumerable.Range(0, split.TrainingCount).Select(split.TrainingRow).Concat(split.HeldOut).Order().SequenceEqual(Enumerable.Range(0, rows))
                && Enumerable.Range(0, split.TrainingCount).Select(split.TrainingRow).SequenceEqual(Enumerable.Range(0, split.TrainingCount).Select(split.TrainingRow).Order());
        }).Check(Config.QuickThrowOnFailure);

    [Theory]
    [InlineData(1000, 0.05, 500, 50)]
    [InlineData(1000, 0.5, 20, 20)]
    [InlineData(3, 0.01, 500, 1)]
    [InlineData(2, 0.9, 500, 1)]
    [InlineData(1, 0.5, 500, 0)]
    [InlineData(1000, 0, 500, 0)]
    public void Create_ShareAndCeiling_DecideHowMany(int rows, double fraction, int maxRows, int expected)
        => Assert.Equal(expected, DatasetSplit.Create(rows, row => (ulong)row, fraction, maxRows, seed: 1, maxTrainingRows: null).HeldOut.Count);

    [Fact]
    public void Create_MaxRows_LimitsWhatIsLearntAfterTheSplit()
    {
        var split = DatasetSplit.Create(100, row => (ulong)row, 0.1, 500, seed: 1, maxTrainingRows: 30);

        Assert.Equal((30, 10), (split.TrainingCount, split.HeldOut.Count));
    }

    private static DatasetSplit Split(ulong[] hashes, double fraction) => DatasetSplit.Create(hashes.Length, row => hashes[row], fraction, 500, seed: 1, maxTrainingRows: null);
}
