using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Sft;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training;

public sealed class SplitRowsTests
{
    [Theory]
    [InlineData(500, 3)]
    [InlineData(2, 2)]
    public void Load_HeldOutFile_CountsItsRowsAmongThoseToRender(int most, int heldOut)
    {
        using var run = new TinyRun();
        File.WriteAllLines(run.At("test.jsonl"), File.ReadLines(run.At("data.jsonl")).Take(3));
        run.Specification = run.Specification with { Dataset = run.Specification.Dataset with { HeldOutPath = run.At("test.jsonl"), HeldOutMaxRows = most } };
        var told = new List<TrainingEvent>();

        var rows = TrainingRows.Load(run.Specification, Renderer.Load(run.Specification.Model), new ActivityReport(told.Add), TestContext.Current.CancellationToken);

        Assert.Equal((40, heldOut), (rows.Training.Count, rows.HeldOut.Count));
        Assert.All(told.OfType<TrainingEvent.Working>(), working => Assert.Equal((RunActivity.RenderingRows, 40 + heldOut), (working.Activity, working.Total)));
        Assert.NotEmpty(told);
    }
}
