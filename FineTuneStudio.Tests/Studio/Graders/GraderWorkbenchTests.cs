using FineTuneStudio.Application.Graders;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Graders;

public sealed class GraderWorkbenchTests : SteppedStudioTests
{
    private const string Any = """{"type":"regex","name":"any","pattern":"."}""";

    private static readonly string Label = GraderTemplates.For(null).Single(template => template.Id == "label").Json;

    private GraderWorkbench Workbench => Studio.Services.GetRequiredService<GraderWorkbench>();

    [Fact]
    public async Task GradeDataset_TwoGraders_DifferOnTheAnswersOfOtherRows()
    {
        var rows = Value(await Workbench.GradeDatasetAsync([Label, Any], StudioSeed.Dataset, 10, Token));

        Assert.Equal(20, rows.Count);
        Assert.All(rows, row => Assert.Equal(row.Origin == AnswerOrigin.Own ? 0 : 1, row.Apart));
    }

    [Fact]
    public async Task GradeRun_ItsAnswers_AreThoseOfItsNewestBatches()
    {
        Engine.Allow(40);
        var run = await Studio.StartReinforcementRunAsync();
        await Studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);

        var rows = Value(await Workbench.GradeRunAsync([Any], StudioSeed.Dataset, run.Id, 15, Token));

        Assert.Equal(15, rows.Count);
        Assert.All(rows, row => Assert.Equal((AnswerOrigin.Run, 1.0), (row.Origin, row.Grades[0].Score)));
        Assert.Contains(rows, row => row.Answer.EndsWith("after step 40", StringComparison.Ordinal));
        Assert.Contains(rows, row => row.Answer.EndsWith("after step 39", StringComparison.Ordinal));
    }

    [Fact]
    public void Summary_FewAndManyScores_HasABarForEachOrForEachStretch()
    {
        var few = ScoreSummary.Of([Grade.Scored(1, ""), Grade.Scored(0, ""), Grade.Scored(1, ""), Grade.Failed(GradeErrorKind.PythonRaised, "")]);
        var many = ScoreSummary.Of(Enumerable.Range(0, 101).Select(score => Grade.Scored(score / 100.0, "")));

        Assert.Equal([new ScoreBar(0, 0, 1), new ScoreBar(1, 1, 2)], few.Bars);
        Assert.Equal((1, 2 / 3.0), (few.Errors, few.Mean!.Value));
        Assert.Equal(10, many.Bars.Count);
        Assert.Equal(101, many.Bars.Sum(bar => bar.Count));
        Assert.Null(ScoreSummary.Of([]).Mean);
    }

    private static T Value<T>(Result<T> result) => Assert.IsType<Result<T>.Success>(result).Value;
}
