namespace FineTuneStudio.Engine.Grading.Sandbox;

/// <summary>What a worker's source is for.</summary>
/// <param name="Kind">As the worker knows it.</param>
/// <param name="Subject">What a message is about, at the beginning of a sentence.</param>
/// <param name="NotLoaded">The beginning of a message about a source that does not load.</param>
/// <param name="Reply">The only thing that it may write.</param>
internal sealed record WorkerRole(string Kind, string Subject, string NotLoaded, string Reply)
{
    /// <summary>A function <c>grade(sample, item)</c>.</summary>
    public static WorkerRole Grader { get; } = new("grade", "The grader", "The grader does not load", "its score");

    /// <summary>Functions that a model calls.</summary>
    public static WorkerRole Tools { get; } = new("tools", "The tool", "The tools do not load", "its answer");
}
