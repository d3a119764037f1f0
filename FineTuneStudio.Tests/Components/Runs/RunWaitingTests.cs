using Bunit;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Components.Pages.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using Xunit;

namespace FineTuneStudio.Tests.Components.Runs;

/// <summary>Until its first step is done, a run says what it waits for.</summary>
public sealed class RunWaitingTests : BunitContext
{
    private static readonly RunSpecification Supervised = new() { Model = "Qwen3-0.6B", Dataset = new DatasetOptions { Path = "banking77.csv", HeldOutFraction = 0.05 } };

    private static readonly RunSpecification Reinforced = Supervised with
    {
        Method = TrainingMethod.Rft,
        Reinforcement = new ReinforcementOptions { Grader = new GraderDefinition("{}"), Prompts = 8, Answers = 8 },
    };

    public static TheoryData<bool, TrainingEvent.Working?, string, string> Activities => new()
    {
        { false, null, "Starting", "" },
        { false, new(0, RunActivity.RenderingRows), "Reading banking77.csv", "Rows" },
        { false, new(0, RunActivity.RenderingRows, 0, 10_003), "Rendering 10,003 rows", "Rows" },
        { false, new(0, RunActivity.RenderingRows, 3_072, 10_003), "3,072 of 10,003", "Rows" },
        { false, new(0, RunActivity.LoadingModel, 0, 1_503_300_328), "Loading Qwen3-0.6B: 1.4 GiB from disk", "Model" },
        { false, new(0, RunActivity.ScoringHeldOut, 0, 500), "Scoring 500 held-out rows, before it learns", "Held-out loss" },
        { false, new(0, RunActivity.AnsweringSamples, 0, 3), "Answering 3 held-out prompts for the samples", "Held-out loss" },
        { false, new(0, RunActivity.Learning), "First step", "First step" },
        { true, new(0, RunActivity.RenderingRows, 0, 150), "Rendering 150 prompts", "Prompts" },
        { true, new(0, RunActivity.ScoringHeldOut, 0, 7), "Answering 7 held-out prompts, before it learns", "Held-out reward" },
        { true, new(0, RunActivity.DrawingAnswers, 0, 64), "Drawing 64 answers to 8 prompts", "Answers" },
        { true, new(0, RunActivity.DrawingAnswers, 12, 64), "12 of 64", "Answers" },
        { true, new(0, RunActivity.Learning), "Learning from the answers", "First step" },
    };

    [Theory]
    [MemberData(nameof(Activities))]
    public void Waiting_Activity_SaysWhatItIsAndWhichStageItBelongsTo(bool isReinforcement, TrainingEvent.Working? working, string text, string stage)
    {
        var waiting = Show(new RunProgress { State = RunState.Running, Activity = working }, isReinforcement ? Reinforced : Supervised);

        Assert.Contains(text, waiting.Find(".waiting").TextContent, StringComparison.Ordinal);
        Assert.Equal(stage, waiting.FindAll("[aria-current='step']").SingleOrDefault()?.TextContent.Trim() ?? "");
    }

    [Fact]
    public void Stages_BeforeTheCurrentOne_AreDone()
    {
        var done = Show(new RunProgress { State = RunState.Running, Activity = new(0, RunActivity.DrawingAnswers, 0, 64) }, Reinforced).FindAll(".done");

        Assert.Equal(["Prompts, done", "Model, done", "Held-out reward, done"], done.Select(stage => stage.TextContent.Trim()));
    }

    [Fact]
    public void Stages_NothingHeldOut_LeaveThatOut()
        => Assert.Equal(3, Show(new RunProgress { State = RunState.Running }, Supervised with { Dataset = new DatasetOptions { Path = "a.csv", HeldOutFraction = 0 } }).FindAll("li").Count);

    [Fact]
    public void Waiting_InTheQueue_SaysItsPlaceAndTheWayOut()
    {
        var queued = Show(new RunProgress { State = RunState.Queued }, Supervised);
        Assert.Contains("Waiting for its turn, number 3 in the queue", queued.Markup, StringComparison.Ordinal);
        Assert.Equal("/runs#queue", queued.Find("a").GetAttribute("href"));

        Assert.Contains("The queue is paused", Show(new RunProgress { State = RunState.Queued }, Supervised, isQueuePaused: true).Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Waiting_EndedBeforeAStep_SaysSo()
        => Assert.Contains("ended before its first step", Show(new RunProgress { State = RunState.Failed }, Supervised).Markup, StringComparison.Ordinal);

    private IRenderedComponent<RunWaiting> Show(RunProgress progress, RunSpecification run, bool isQueuePaused = false) => Render<RunWaiting>(parameters => parameters
        .Add(waiting => waiting.Progress, progress).Add(waiting => waiting.Run, run).Add(waiting => waiting.Place, 3).Add(waiting => waiting.IsQueuePaused, isQueuePaused));
}
