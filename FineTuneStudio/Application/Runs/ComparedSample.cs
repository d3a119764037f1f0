namespace FineTuneStudio.Application.Runs;

/// <summary>What several runs said to one prompt.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Expected">The dataset's answer.</param>
/// <param name="Answers">Of each run, the last; <see langword="null"/> where it was not asked.</param>
public sealed record ComparedSample(string Prompt, string Expected, IReadOnlyList<ComparedAnswer?> Answers);
