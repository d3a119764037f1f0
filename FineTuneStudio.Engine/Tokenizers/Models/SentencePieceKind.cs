namespace FineTuneStudio.Engine.Tokenizers.Models;

/// <summary>Kinds of SentencePiece pieces, numbered as in its files and in GGUF.</summary>
internal enum SentencePieceKind
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}
