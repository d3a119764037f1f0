namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>Whose regular expressions a pattern is written in; they read a few constructs differently.</summary>
internal enum PatternDialect
{
    /// <summary>Hugging Face's tokenizers: Oniguruma with Ruby's syntax.</summary>
    Oniguruma,

    /// <summary>tiktoken: Rust's fancy-regex.</summary>
    Rust,
}
