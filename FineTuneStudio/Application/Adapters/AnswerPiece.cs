namespace FineTuneStudio.Application.Adapters;

/// <summary>The next part of an answer.</summary>
/// <param name="Tuned">Whether the adapter answers; otherwise the base model does.</param>
/// <param name="Text">What is added.</param>
/// <param name="Ended">Nothing more comes from this side.</param>
public sealed record AnswerPiece(bool Tuned, string Text, bool Ended);
