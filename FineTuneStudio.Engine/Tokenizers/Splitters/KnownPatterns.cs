using FineTuneStudio.Engine.Tokenizers.Patterns;

namespace FineTuneStudio.Engine.Tokenizers.Splitters;

/// <summary>Patterns by name, and those that have a scanner of their own; a test holds each scanner to its pattern.</summary>
internal static class KnownPatterns
{
    public const string Cl100k =
        @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s";

    public const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public const string Qwen2 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Kimi and Moonlight: Chinese in runs of its own.</summary>
    public const string Kimi =
        @"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string OlderCl100k =
        @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+";

    /// <summary>Patterns and their scanners.</summary>
    public static IReadOnlyDictionary<string, Splitter> All { get; } = new Dictionary<string, Splitter>(StringComparer.Ordinal)
    {
        [Gpt2Scanner.Pattern] = new ScannerSplitter<Gpt2Scanner>(default),
        [Cl100k] = new ScannerSplitter<Cl100kScanner>(new Cl100kScanner(mostDigits: 3, keepsLastSpace: true)),
        [OlderCl100k] = new ScannerSplitter<Cl100kScanner>(new Cl100kScanner(mostDigits: 3, keepsLastSpace: false)),
        [Llama3] = new ScannerSplitter<Cl100kScanner>(new Cl100kScanner(mostDigits: 3, keepsLastSpace: false)),
        [Qwen2] = new ScannerSplitter<Cl100kScanner>(new Cl100kScanner(mostDigits: 1, keepsLastSpace: false)),
        [O200kScanner.Pattern] = new ScannerSplitter<O200kScanner>(default),
    };

    /// <summary>The scanner of a pattern, or <c>null</c>.</summary>
    public static Splitter? Find(string pattern, PatternDialect dialect)
    {
        // In Ruby's syntax its {1,3}+ would not be possessive and its $ would end lines.
        var isOtherwiseRead = pattern == Cl100k && dialect == PatternDialect.Oniguruma;
        return isOtherwiseRead ? null : All.GetValueOrDefault(pattern);
    }
}
