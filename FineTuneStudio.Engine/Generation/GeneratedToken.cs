namespace FineTuneStudio.Engine.Generation;

/// <summary>A token as it is chosen.</summary>
/// <param name="Request">Index of the request.</param>
/// <param name="Answer">Index of the answer to it.</param>
/// <param name="Id">The token.</param>
/// <param name="End">Why the answer ends with it, if it does; a stop token is no part of the text.</param>
public readonly record struct GeneratedToken(int Request, int Answer, int Id, AnswerEnd? End);
