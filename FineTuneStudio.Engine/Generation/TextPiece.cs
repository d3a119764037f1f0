namespace FineTuneStudio.Engine.Generation;

/// <summary>Text of an answer as it comes: whole characters only, never empty.</summary>
/// <param name="Conversation">Index of the conversation.</param>
/// <param name="Text">The next part of its answer's text.</param>
public readonly record struct TextPiece(int Conversation, string Text);
