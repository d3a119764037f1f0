namespace FineTuneStudio.Application.Datasets;

/// <summary>A stretch of a rendered text.</summary>
/// <param name="Text">As the template wrote it.</param>
/// <param name="Learnt">Whether it counts in the loss.</param>
/// <param name="Special">Whether it is one control token.</param>
public sealed record TextPiece(string Text, bool Learnt, bool Special);
