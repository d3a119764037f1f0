namespace FineTuneStudio.Engine.Generation;

/// <summary>A prompt with the answers that start from one pass of it.</summary>
/// <param name="Prompt">Token ids. <c>[T]</c></param>
/// <param name="Rows">At least one.</param>
internal sealed record PromptGroup(int[] Prompt, AnswerRow[] Rows);
