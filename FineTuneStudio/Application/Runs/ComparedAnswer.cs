namespace FineTuneStudio.Application.Runs;

/// <summary>What one of several runs said last to a prompt.</summary>
/// <param name="Text">The answer.</param>
/// <param name="Score">What its grader gave; <see langword="null"/> where none graded it.</param>
/// <param name="Reason">Why that score, or why there is none; <see langword="null"/> without a grader.</param>
public sealed record ComparedAnswer(string Text, double? Score, string? Reason);
