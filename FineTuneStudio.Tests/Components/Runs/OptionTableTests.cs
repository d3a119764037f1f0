using Bunit;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Components.Pages.Runs;
using Xunit;

namespace FineTuneStudio.Tests.Components.Runs;

public sealed class OptionTableTests : BunitContext
{
    [Fact]
    public void Table_OneOptionDiffers_ShowsItAndFoldsTheRest()
    {
        var shown = Show(new("lora.rank", ["16", "32"]), new("seed", ["42", "42"]), new("dataset.maxRows", ["", "100"]));

        Assert.Equal(["lora.rank", "dataset.maxRows"], shown.Find("table").QuerySelectorAll("tbody th").Select(cell => cell.TextContent));
        Assert.Contains("1 option is the same", shown.Find("summary").TextContent, StringComparison.Ordinal);
        Assert.Contains("–", shown.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Table_OptionsThatOnlyOneRunHas_AreFoldedUnderItsName()
    {
        var shown = Show(new("method", ["sft", "rft"]), new("reinforcement.prompts", ["", "8"]), new("reinforcement.answers", ["", "4"]), new("seed", ["42", "42"]));

        Assert.Equal(["method"], shown.Find("table").QuerySelectorAll("tbody th").Select(cell => cell.TextContent));
        Assert.Equal(["2 options of two alone", "1 option is the same"], shown.FindAll("summary").Select(summary => summary.TextContent));
        Assert.All(shown.FindAll("details"), folded => Assert.False(folded.HasAttribute("open")));
    }

    [Fact]
    public void Table_NothingDiffers_SaysSo()
        => Assert.Contains("Every option is the same.", Show(new OptionRow("seed", ["42", "42"])).Markup, StringComparison.Ordinal);

    private IRenderedComponent<OptionTable> Show(params OptionRow[] rows)
        => Render<OptionTable>(parameters => parameters.Add(table => table.Names, ["one", "two"]).Add(table => table.Rows, rows));
}
