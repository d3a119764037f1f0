using System.Globalization;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>What a run is busy with, in words.</summary>
public static class ActivityText
{
    /// <summary>What it does, e.g. <c>Loading Qwen3-0.6B: 1.2 GiB from disk</c>.</summary>
    /// <param name="working">As the engine tells it.</param>
    /// <param name="run">Names model and dataset.</param>
    public static string Describe(TrainingEvent.Working working, RunSpecification run) => working.Activity switch
    {
        RunActivity.RenderingRows when working.Total == 0 => $"Reading {Path.GetFileName(run.Dataset.Path)}",
        RunActivity.RenderingRows => $"Rendering {Counted.Text(working.Total, IsReinforcement(run) ? "prompt" : "row")}",
        RunActivity.LoadingModel => $"Loading {Path.GetFileName(run.Model)}: {ByteSize.Text(working.Total)} from disk",
        RunActivity.ScoringHeldOut when IsReinforcement(run) => $"Answering {Counted.Text(working.Total, "held-out prompt")}{Before(working)}",
        RunActivity.ScoringHeldOut => $"Scoring {Counted.Text(working.Total, "held-out row")}{Before(working)}",
        RunActivity.AnsweringSamples => $"Answering {Counted.Text(working.Total, "held-out prompt")} for the samples",
        RunActivity.DrawingAnswers => $"Drawing {Counted.Text(working.Total, "answer")} to {Counted.Text(working.Total / Math.Max(1, run.Reinforcement?.Answers ?? 1), "prompt")}",
        RunActivity.Learning when IsReinforcement(run) => "Learning from the answers",
        RunActivity.Learning => working.Step == 0 ? "First step" : string.Create(CultureInfo.InvariantCulture, $"Step {working.Step + 1:N0}"),
        _ => throw new InvalidOperationException($"Unknown activity {working.Activity}."),
    };

    /// <summary>The same in a word or two, where there is no room for more.</summary>
    public static string Brief(RunActivity activity) => activity switch
    {
        RunActivity.RenderingRows => "Reading rows",
        RunActivity.LoadingModel => "Loading model",
        RunActivity.ScoringHeldOut => "Scoring",
        RunActivity.AnsweringSamples => "Answering",
        RunActivity.DrawingAnswers => "Drawing answers",
        RunActivity.Learning => "Learning",
        _ => throw new InvalidOperationException($"Unknown activity {activity}."),
    };

    /// <summary>How far it is, e.g. <c>12 of 64</c>; empty where that is not counted.</summary>
    public static string HowFar(TrainingEvent.Working working)
        => working is { Done: > 0, Total: > 0 } ? string.Create(CultureInfo.InvariantCulture, $"{working.Done:N0} of {working.Total:N0}") : "";

    private static bool IsReinforcement(RunSpecification run) => run.Method == TrainingMethod.Rft;

    private static string Before(TrainingEvent.Working working) => working.Step == 0 ? ", before it learns" : "";
}
