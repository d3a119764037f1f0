namespace FineTuneStudio.Application.Graders;

/// <summary>How many scores lie from <paramref name="From"/> to <paramref name="To"/>; both are the same where the bar is of one score.</summary>
public sealed record ScoreBar(double From, double To, int Count);
