using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

public sealed class SpecificationDiffTests
{
    private static readonly RunSpecification Base = new() { Name = "one", Model = "nano", Dataset = new DatasetOptions { Path = "rows.jsonl" } };

    [Fact]
    public void Of_OneOptionChanged_PutsItFirstAndLeavesNamesOut()
    {
        var rows = SpecificationDiff.Of([Base, Base with { Name = "two", Lora = new LoraOptions { Rank = 64 } }]);

        Assert.Equal("lora.rank", rows[0].Path);
        Assert.Equal(["16", "64"], rows[0].Values);
        Assert.All(rows.Skip(1), row => Assert.False(row.Differs, row.Path));
        Assert.DoesNotContain(rows, row => row.Path == "name");
    }

    [Fact]
    public void Of_PartMissingInOne_ShowsItEmptyThere()
    {
        var rows = SpecificationDiff.Of([Base, Base with { Lora = null }]);

        Assert.Contains(rows, row => row.Path == "lora.rank" && row.Values.SequenceEqual(["16", ""]));
    }

    [Fact]
    public void Of_ThreeAlike_FindsNoDifference()
        => Assert.DoesNotContain(SpecificationDiff.Of([Base, Base, Base with { Name = "third" }]), row => row.Differs);
}
