namespace FineTuneStudio.Application.Graders;

/// <summary>A grader to begin with.</summary>
/// <param name="Id">Its name, the same in every version.</param>
/// <param name="Label">What it checks, in a few words.</param>
/// <param name="Why">When to take it.</param>
/// <param name="Json">The grader, indented.</param>
/// <param name="Fits">Whether it fits what the dataset's answers look like.</param>
public sealed record GraderTemplate(string Id, string Label, string Why, string Json, bool Fits);
