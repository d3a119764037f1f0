using FineTuneStudio.Components.Shared;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Components.Pages.Runs;

/// <summary>What happened in a run, as people read it.</summary>
internal static class RunEventText
{
    /// <summary>In one sentence.</summary>
    public static string Describe(TrainingEvent happened) => happened switch
    {
        TrainingEvent.Started { Step: 0 } started => $"Started: {Figures.Count(started.TotalSteps, "step")} over {Figures.Count(started.TrainingRows, "row")}",
        TrainingEvent.Started started => $"Went on from the checkpoint at step {Figures.Count(started.Step)}",
        TrainingEvent.Evaluated evaluated => $"Held-out loss {Figures.Loss(evaluated.Loss)} after step {Figures.Count(evaluated.Step)}",
        TrainingEvent.Rewarded rewarded => $"Held-out reward {Figures.Reward(rewarded.Reward)} after step {Figures.Count(rewarded.Step)}{(rewarded.GraderErrors > 0 ? $", {Figures.Count(rewarded.GraderErrors, "answer")} could not be graded" : "")}",
        TrainingEvent.CheckpointSaved saved => $"Checkpoint at step {Figures.Count(saved.Step)}, {Figures.Bytes(saved.Bytes)}{(saved.Best ? ", the best so far on held-out rows" : "")}",
        TrainingEvent.Paused { Message.Length: > 0 } paused => paused.Message,
        TrainingEvent.Paused paused => $"Paused after step {Figures.Count(paused.Step)}",
        TrainingEvent.Resumed resumed => $"Went on after step {Figures.Count(resumed.Step)}",
        TrainingEvent.Ended { Reason: EndReason.Completed } ended => $"Finished after {Figures.Count(ended.Step, "step")}",
        TrainingEvent.Ended { Reason: EndReason.StoppedAndKept } ended => $"Stopped after step {Figures.Count(ended.Step)}; what was learnt is kept",
        TrainingEvent.Ended { Reason: EndReason.Cancelled } ended => $"Cancelled after step {Figures.Count(ended.Step)}",
        TrainingEvent.Ended ended => $"Failed after step {Figures.Count(ended.Step)}: {ended.Message}",
        TrainingEvent.Logged logged => logged.Message,
        _ => happened.ToString(),
    };

    /// <summary>Whether a person should look, as a word that styles know: empty, <c>warn</c> or <c>bad</c>.</summary>
    public static string Weight(TrainingEvent happened) => happened switch
    {
        TrainingEvent.Logged { Severity: LogSeverity.Warning } or TrainingEvent.Paused { Message.Length: 0 } => "warn",
        TrainingEvent.Logged { Severity: LogSeverity.Error } or TrainingEvent.Paused or TrainingEvent.Ended { Reason: EndReason.Failed } => "bad",
        _ => "",
    };

    /// <summary>Its mark.</summary>
    public static string Icon(TrainingEvent happened) => happened switch
    {
        TrainingEvent.Started or TrainingEvent.Resumed => "play",
        TrainingEvent.Evaluated or TrainingEvent.Rewarded => "spark",
        TrainingEvent.CheckpointSaved { Best: true } => "star",
        TrainingEvent.CheckpointSaved => "flag",
        TrainingEvent.Paused => "pause",
        TrainingEvent.Ended { Reason: EndReason.Completed } => "check",
        TrainingEvent.Ended { Reason: EndReason.StoppedAndKept } => "stop",
        TrainingEvent.Ended { Reason: EndReason.Cancelled } => "cross",
        TrainingEvent.Ended or TrainingEvent.Logged { Severity: not LogSeverity.Information } => "warn",
        _ => "info",
    };

    /// <summary>Steps done when it happened.</summary>
    public static int Step(TrainingEvent happened) => happened switch
    {
        TrainingEvent.Started started => started.Step,
        TrainingEvent.StepCompleted step => step.Step,
        TrainingEvent.Evaluated evaluated => evaluated.Step,
        TrainingEvent.Rewarded rewarded => rewarded.Step,
        TrainingEvent.Sampled sampled => sampled.Step,
        TrainingEvent.CheckpointSaved saved => saved.Step,
        TrainingEvent.Logged logged => logged.Step,
        TrainingEvent.Paused paused => paused.Step,
        TrainingEvent.Resumed resumed => resumed.Step,
        TrainingEvent.Ended ended => ended.Step,
        _ => throw new InvalidOperationException($"Unknown event {happened}."),
    };
}
