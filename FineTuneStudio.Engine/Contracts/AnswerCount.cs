namespace FineTuneStudio.Engine.Contracts;

/// <summary>An answer and how many rows have it.</summary>
public sealed record AnswerCount(string Answer, long Rows);
