using Bunit;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Components.Pages.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Components.Runs;

/// <summary>Every state of a run that does not simply learn says where it stands and what a person can do.</summary>
public sealed class RunStateNoteTests : BunitContext
{
    private static readonly TrainingEvent.Started Facts = new(0, 100, 1, 1, 950, 50, 1, 1, 0);

    private static readonly TrainingEvent.CheckpointSaved Checkpoint = new(30, "step-00000030", 1, Best: true);

    public static TheoryData<RunProgress, string> States => new()
    {
        { new RunProgress { State = RunState.Paused, Step = 40 }, "Paused after step 40" },
        { new RunProgress { State = RunState.Paused, Message = "The disk is full: free 3 GiB." }, "The disk is full: free 3 GiB." },
        { new RunProgress { State = RunState.Failed, Message = "No finite number.", Checkpoints = [Checkpoint] }, "from the checkpoint at step 30" },
        { new RunProgress { State = RunState.Failed, Message = "No such model." }, "There is no checkpoint yet" },
        { new RunProgress { State = RunState.Cancelled, Step = 45, Checkpoints = [Checkpoint] }, "Go on continues from step 30" },
        { new RunProgress { State = RunState.Cancelled, Step = 2 }, "Go on starts it from the beginning" },
        { new RunProgress { State = RunState.Stopped, Step = 40, TotalSteps = 100 }, "Stopped after step 40 of 100" },
        { new RunProgress { State = RunState.Completed, Evaluations = [new(50, 0.5, 1), new(100, 0.7, 1)] }, "The lowest held-out loss was 0.5000 at step 50" },
        { new RunProgress { State = RunState.Completed, Rewards = [new(0, 0.2, 0, 1, 0, 1), new(50, 0.8, 0, 1, 0, 1), new(100, 0.5, 0, 1, 0, 1)] }, "The highest held-out reward was 0.8 at step 50" },
        { new RunProgress { State = RunState.Completed, Rewards = [new(0, 0.5, 0, 1, 0, 1), new(100, 0.3, 0, 1, 0, 1)] }, "was 0.5 before training and is 0.3 now: the run did harm" },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void Note_State_SaysWhereItStandsAndTheWayOut(RunProgress progress, string text)
        => Assert.Contains(text, Show(progress).Find(".note").TextContent, StringComparison.Ordinal);

    [Fact]
    public void Note_RunThatLearns_IsSilent()
    {
        Assert.Empty(Show(new RunProgress { State = RunState.Queued }).FindAll(".note"));
        Assert.Empty(Show(new RunProgress { State = RunState.Running }).FindAll(".note"));
        Assert.Empty(Show(new RunProgress { State = RunState.Running, Facts = Facts }).FindAll(".note"));
        Assert.Empty(Show(new RunProgress { State = RunState.Completed, Evaluations = [new(50, 0.5, 1), new(100, 0.505, 1)] }).FindAll(".note"));
    }

    [Theory]
    [InlineData(20, false)]
    [InlineData(500, true)]
    public void Note_SmallRiseOfTheHeldOutLoss_IsWorthAWordWhereManyRowsAreHeldOut(int heldOutRows, bool says)
    {
        var progress = new RunProgress { State = RunState.Completed, Facts = Facts with { HeldOutRows = heldOutRows }, Evaluations = [new(50, 0.2, 1), new(100, 0.21, 1)] };

        Assert.Equal(says, Show(progress).FindAll(".note").Count == 1);
    }

    [Fact]
    public void Note_BestCheckpointOnDisk_OffersANewRunFromThere()
    {
        var progress = new RunProgress { State = RunState.Completed, Evaluations = [new(50, 0.5, 1), new(100, 0.7, 1)] };

        Assert.EndsWith("&step=50", Show(progress, 50).Find("a").GetAttribute("href"), StringComparison.Ordinal);
        Assert.Contains("like=", Show(progress).Find("a").GetAttribute("href"), StringComparison.Ordinal);
    }

    private IRenderedComponent<RunStateNote> Show(RunProgress progress, params int[] onDisk) => Render<RunStateNote>(parameters => parameters
        .Add(note => note.RunId, Guid.NewGuid()).Add(note => note.Progress, progress).Add(note => note.OnDisk, onDisk.ToHashSet()));
}
