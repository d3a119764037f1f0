using System.Text.Json;
using FineTuneStudio.Engine.Tokenizers.Patterns;
using FineTuneStudio.Engine.Tokenizers.PreTokenizers;
using FineTuneStudio.Engine.Tokenizers.Splitters;
using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>Reads the <c>pre_tokenizer</c> of a tokenizer.json.</summary>
internal static class PreTokenizerReader
{
    private const string What = "pre_tokenizer";

    public static PreTokenizer? Read(JsonElement element, LoadContext context)
    {
        if (element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return null;
        }

        var type = context.TypeOf(element, What);
        switch (type)
        {
            case "ByteLevel":
                return new ByteLevelPreTokenizer(
                    context.Flag(element, "add_prefix_space", What, absent: true), context.Flag(element, "use_regex", What, absent: true));
            case "Split":
                return ReadSplit(element, context);
            case "Metaspace":
                return ReadMetaspace(element, context);
            case "Digits":
                var isIndividual = context.Flag(element, "individual_digits", What);
                return new DelimiterPreTokenizer(new MemberFinder(IsNumber), isIndividual ? DelimiterBehavior.Isolated : DelimiterBehavior.Contiguous);
            case "Punctuation":
                return new DelimiterPreTokenizer(new MemberFinder(IsPunctuation), ReadBehavior(element, context));
            case "Whitespace":
                return new DelimiterPreTokenizer(
                    new PatternFinder(Pattern.Parse(@"\w+|[^\w\s]+", PatternDialect.Rust)), DelimiterBehavior.Removed, inverts: true);
            case "WhitespaceSplit":
                return new DelimiterPreTokenizer(new MemberFinder(CodePoint.IsSpace), DelimiterBehavior.Removed);
            case "BertPreTokenizer":
                return new SequencePreTokenizer([
                    new DelimiterPreTokenizer(new MemberFinder(CodePoint.IsSpace), DelimiterBehavior.Removed),
                    new DelimiterPreTokenizer(new MemberFinder(IsPunctuation), DelimiterBehavior.Isolated)]);
            case "CharDelimiterSplit":
                return new DelimiterPreTokenizer(new LiteralFinder(context.Text(element, "delimiter", What)), DelimiterBehavior.Removed);
            case "UnicodeScripts":
                return new ScriptsPreTokenizer();
            case "FixedLength":
                return new SplitterPreTokenizer(new FixedLengthSplitter(Math.Max(1, context.Number(element, "length", What))));
            case "Sequence":
                return new SequencePreTokenizer(
                    [.. context.List(element, "pretokenizers", What).Select(item => Read(item, context)).OfType<PreTokenizer>()]);
            default:
                throw context.Fault($"The pre-tokenizer '{type}' is not built; ByteLevel, Split, Metaspace, Digits, Punctuation, Whitespace, "
                    + "WhitespaceSplit, BertPreTokenizer, CharDelimiterSplit, UnicodeScripts, FixedLength and Sequence are.");
        }
    }

    private static PreTokenizer ReadSplit(JsonElement element, LoadContext context)
    {
        var (finder, _, regex) = context.Finder(element, What);
        var behavior = ReadBehavior(element, context);
        var inverts = context.Flag(element, "invert", What);

        // The known patterns leave no gaps, so that isolating matches and removing what lies between them are one.
        var keepsMatches = behavior == DelimiterBehavior.Isolated || (behavior == DelimiterBehavior.Removed && inverts);
        if (keepsMatches && regex is not null && KnownPatterns.Find(regex, PatternDialect.Oniguruma) is { } scanner)
        {
            return new SplitterPreTokenizer(scanner);
        }

        return new DelimiterPreTokenizer(finder, behavior, inverts);
    }

    private static MetaspacePreTokenizer ReadMetaspace(JsonElement element, LoadContext context)
    {
        var scheme = context.OptionalText(element, "prepend_scheme", What) switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            null => context.Flag(element, "add_prefix_space", What, absent: true) ? PrependScheme.Always : PrependScheme.Never,
            var other => throw context.Fault($"prepend_scheme of a Metaspace is always, first or never, not '{other}'."),
        };
        return new MetaspacePreTokenizer(
            context.OptionalText(element, "replacement", What) ?? "\u2581", scheme, context.Flag(element, "split", What, absent: true));
    }

    private static DelimiterBehavior ReadBehavior(JsonElement element, LoadContext context)
    {
        var name = context.OptionalText(element, "behavior", What) ?? nameof(DelimiterBehavior.Isolated);
        return Enum.TryParse<DelimiterBehavior>(name, out var behavior) && Enum.IsDefined(behavior)
            ? behavior
            : throw context.Fault($"The behavior of a pre-tokenizer is one of {string.Join(", ", Enum.GetNames<DelimiterBehavior>())}, not '{name}'.");
    }

    private static bool IsNumber(int codePoint) => CodePoint.Is(codePoint, CodePoint.Number);

    private static bool IsPunctuation(int codePoint)
        => codePoint < 0x80
            ? char.IsPunctuation((char)codePoint) || char.IsSymbol((char)codePoint)
            : NormalizationTables.Instance.IsOlderPunctuation(codePoint);
}
