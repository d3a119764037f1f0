namespace FineTuneStudio.Engine.Tokenizers.Models;

/// <summary>One piece of a SentencePiece vocabulary; its id is its place.</summary>
/// <param name="Text">How it is written, spaces as U+2581.</param>
/// <param name="Score">Higher merges earlier.</param>
/// <param name="Kind">What it is for.</param>
internal readonly record struct SentencePiece(string Text, float Score, SentencePieceKind Kind);
