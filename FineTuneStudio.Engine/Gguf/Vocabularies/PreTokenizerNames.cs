using FineTuneStudio.Engine.Tokenizers.Patterns;
using FineTuneStudio.Engine.Tokenizers.PreTokenizers;
using FineTuneStudio.Engine.Tokenizers.Splitters;
using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Gguf.Vocabularies;

/// <summary>llama.cpp's names for ways to cut a text: it has them built in, and a file only names one.</summary>
/// <remarks>
/// Files write one and the same cut in many ways, so a tokenizer is recognised by what it does to a text that has every case the known ones
/// differ in.
/// </remarks>
internal static class PreTokenizerNames
{
    /// <summary>Kimi's, which llama.cpp knows but for one rule: it does not cut a word where small letters meet a capital.</summary>
    public const string Kimi = "kimi-k2";

    // Contractions in both cases, runs of digits in several scripts, letters that change case, marks, scripts without spaces, runs of every
    // kind of white space inside and at the end, punctuation before letters, line breaks and slashes.
    private const string Probe =
        "I'm WE'LL don't 'S d'accord x'DX ''s 1 12 123 1234 12345 3.14159 1,000,000 \u0663\u0664\u0665\u0666 HelloWorld helloWORLD ABCdef \u01C5a iPhone15Pro _id "
        + "na\u00EFve cafe\u0301s \u0939\u093F\u0928\u094D\u0926\u0940 \u1780\u17B6\u1793\u17CB \u6211\u60F3\u5728apple\u5DE5\u4F5C1314151\u5929\uFF5E \u6771\u4EAC\u3068\u3072\u3089\u304C\u306A\u30AB\u30BF \uD55C\uAD6D\uC5B4 "
        + "\u041F\u0440\u0438\u0432\u0435\u0442 \u05E9\u05DC\u05D5\u05DD \uD83D\uDE00\uD83D\uDC69\u200D\uD83D\uDC67 a/b\n//\n end.\n\nnew !?\r\n\r\n(x) #tag @me $5 a+b=c ~`^|\\ \u00A7\u00B5\u00BD\u00B2 "
        + "\t\ttabs \u00A0nbsp \u3000wide  two   three \n \n  \n\n \r\n  \t\n x  !  ?\n'' \"\"\"\" ...... ------====== <|a|> \u2581\u2581x  \n   ";

    private static readonly ByteLevelPreTokenizer Bytes = new(addsPrefixSpace: false, splits: false);
    private static readonly IReadOnlyList<Known> All =
    [
        new("gpt-2", IgnoresMerges: false, [Gpt2Scanner.Pattern]),
        new("smollm", IgnoresMerges: false, [@"\p{N}", Gpt2Scanner.Pattern]),
        new("qwen2", IgnoresMerges: false, [KnownPatterns.Qwen2]),
        new("llama-bpe", IgnoresMerges: true, [KnownPatterns.Llama3]),
        new("smaug-bpe", IgnoresMerges: false, [KnownPatterns.Llama3]),
        new("gpt-4o", IgnoresMerges: false, [O200kScanner.Pattern]),
        new(Kimi, IgnoresMerges: false, [KnownPatterns.Kimi]),
        new("tekken", IgnoresMerges: true, [Tekken]),
        new("qwen35", IgnoresMerges: false, [Qwen35]),
        new("deepseek-v3", IgnoresMerges: false, [@"\p{N}{1,3}", @"[一-龥぀-ゟ゠-ヿ]+", DeepSeekV3]),
        new("deepseek-coder", IgnoresMerges: false, [@"[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", @"[一-龥ࠀ-一가-퟿]+", @"\p{N}"]),
    ];

    private const string Tekken =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
        + @"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Qwen35 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string DeepSeekV3 =
        @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The name of a way to cut, or <see langword="null"/> where llama.cpp has none.</summary>
    /// <param name="preTokenizer">The model's.</param>
    /// <param name="ignoresMerges">Whether the model takes a word that is a token as it is; <see langword="null"/> where that makes no difference.</param>
    public static string? Find(PreTokenizer preTokenizer, bool? ignoresMerges)
    {
        var cut = Cut(preTokenizer);
        return All.FirstOrDefault(known => (ignoresMerges is null || known.IgnoresMerges == ignoresMerges) && Cut(known.Build()).SequenceEqual(cut))?.Name;
    }

    private static List<string> Cut(PreTokenizer preTokenizer)
    {
        List<AlignedText> pieces = [];
        preTokenizer.Apply(AlignedText.Of(Probe), pieces);
        return pieces.ConvertAll(piece => piece.Text.ToString());
    }

    private sealed record Known(string Name, bool IgnoresMerges, IReadOnlyList<string> Patterns)
    {
        public SequencePreTokenizer Build() => new([.. Patterns.Select(Split), Bytes]);

        private static PreTokenizer Split(string pattern)
            => new DelimiterPreTokenizer(new PatternFinder(Pattern.Parse(pattern, PatternDialect.Oniguruma)), DelimiterBehavior.Isolated);
    }
}
