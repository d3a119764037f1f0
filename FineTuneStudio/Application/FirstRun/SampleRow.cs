namespace FineTuneStudio.Application.FirstRun;

/// <summary>An example of the bundled dataset.</summary>
/// <param name="Question">What is asked.</param>
/// <param name="Answer">What should be answered.</param>
public sealed record SampleRow(string Question, string Answer);
