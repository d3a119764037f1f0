namespace FineTuneStudio.Engine.Tokenizers.Added;

/// <summary>A part of a text: an added token, or text between such.</summary>
/// <param name="Start">Its first unit.</param>
/// <param name="End">One past its last unit.</param>
/// <param name="Token">The token, or <c>null</c> for text.</param>
internal readonly record struct AddedPiece(int Start, int End, AddedToken? Token);
