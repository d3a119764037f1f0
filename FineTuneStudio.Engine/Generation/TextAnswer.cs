namespace FineTuneStudio.Engine.Generation;

/// <summary>An answer to a conversation.</summary>
/// <param name="Text">What the assistant says: without special tokens, and without the one that ended it.</param>
/// <param name="PromptTokens">Tokens of the rendered conversation.</param>
/// <param name="Tokens">The answer as tokens, with their log-probabilities.</param>
public sealed record TextAnswer(string Text, int PromptTokens, TokenAnswer Tokens);
