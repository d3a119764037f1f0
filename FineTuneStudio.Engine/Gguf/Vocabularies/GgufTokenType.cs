namespace FineTuneStudio.Engine.Gguf.Vocabularies;

/// <summary>What a token is to llama.cpp; the values are the format's own.</summary>
internal enum GgufTokenType
{
    /// <summary>Text.</summary>
    Normal = 1,

    /// <summary>Stands for what cannot be spelt.</summary>
    Unknown = 2,

    /// <summary>Has a meaning of its own; found in a text only where special tokens are asked for.</summary>
    Control = 3,

    /// <summary>Text that is always found whole.</summary>
    UserDefined = 4,

    /// <summary>A row of the embedding without a token.</summary>
    Unused = 5,

    /// <summary>A single byte.</summary>
    Byte = 6,
}
