namespace FineTuneStudio.Engine.Grading.Judging;

/// <summary>What a judge said.</summary>
/// <param name="Text">Its answer, JSON where it kept to the schema.</param>
/// <param name="InputTokens">Tokens it read; 0 where it does not say.</param>
/// <param name="OutputTokens">Tokens it wrote; 0 where it does not say.</param>
public sealed record JudgeAnswer(string Text, long InputTokens = 0, long OutputTokens = 0);
