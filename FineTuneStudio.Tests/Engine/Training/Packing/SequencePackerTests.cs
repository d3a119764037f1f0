using FineTuneStudio.Engine.Training.Packing;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Packing;

public sealed class SequencePackerTests
{
    [Fact]
    public void Pack_AnyLengths_HoldsEachRowOnceAndNoSequenceAboveTheContext()
    {
        var lengths = Gen.Choose(1, 100).ListOf().ToArbitrary();
        Prop.ForAll(lengths, rows =>
        {
            var packed = SequencePacker.Pack(rows, [.. Enumerable.Range(0, rows.Count)], 100);
            Assert.Equal(Enumerable.Range(0, rows.Count), packed.SelectMany(sequence => sequence).Order());
            Assert.All(packed, sequence => Assert.InRange(sequence.Sum(row => rows[row]), 1, 100));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Pack_ShortRows_FillsSequencesAlmostWhole()
    {
        int[] lengths = [.. Enumerable.Range(0, 2_000).Select(row => 20 + (int)(CounterRandom.Bits(1, 0, row) % 200))];
        var packed = SequencePacker.Pack(lengths, [.. Enumerable.Range(0, lengths.Length)], 1024);
        Assert.InRange((double)lengths.Sum() / (packed.Count * 1024.0), 0.97, 1);
    }

    [Fact]
    public void Pack_RowsAsLongAsTheContext_StandAlone()
        => Assert.Equal(3, SequencePacker.Pack([8, 8, 8], [0, 1, 2], 8).Count);
}
