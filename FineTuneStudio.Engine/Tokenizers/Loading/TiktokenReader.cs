using System.Buffers.Text;
using System.Globalization;
using System.Text;
using FineTuneStudio.Engine.Tokenizers.Added;
using FineTuneStudio.Engine.Tokenizers.Decoders;
using FineTuneStudio.Engine.Tokenizers.Models;
using FineTuneStudio.Engine.Tokenizers.Patterns;
using FineTuneStudio.Engine.Tokenizers.PostProcessors;
using FineTuneStudio.Engine.Tokenizers.PreTokenizers;
using FineTuneStudio.Engine.Tokenizers.Splitters;
using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>Reads a tiktoken file: a line for each token, its bytes in base64 and its rank, which is its id.</summary>
internal static class TiktokenReader
{
    /// <summary>Whether a file begins like one.</summary>
    public static bool Recognizes(ReadOnlySpan<byte> head)
    {
        var end = head.IndexOf((byte)'\n');
        var line = end < 0 ? head : head[..end];
        var space = line.IndexOf((byte)' ');
        return space > 0 && Base64.IsValid(line[..space]) && int.TryParse(line[(space + 1)..].TrimEnd((byte)'\r'), NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }

    /// <summary>The parts of a file.</summary>
    /// <param name="content">The file.</param>
    /// <param name="special">Special tokens that the model folder names; the family's own where it names none.</param>
    /// <param name="context">Where the file is.</param>
    /// <param name="known">Whose file it is, where the folder tells; else the number of ranks does.</param>
    public static TokenizerParts Read(ReadOnlySpan<byte> content, IReadOnlyList<AddedToken> special, LoadContext context, TiktokenFamily? known = null)
    {
        var ids = ReadRanks(content, context);
        var family = known ?? TiktokenFamily.All.FirstOrDefault(family => family.RankCount == ids.Count) ?? throw context.Fault(
            $"A tiktoken file does not say how text is cut, and no known family has {ids.Count} ranks ("
            + string.Join(", ", TiktokenFamily.All.Select(family => $"{family.Name}: {family.RankCount}"))
            + "). Use the model's tokenizer.json instead.");
        return Create(ids, family, special);
    }

    private static TokenizerParts Create(Dictionary<string, int> ids, TiktokenFamily family, IReadOnlyList<AddedToken> special)
    {
        if (special.Count == 0)
        {
            special = [.. family.SpecialTokens.Select(token => new AddedToken { Id = token.Id, Content = token.Text, IsSpecial = true })];
        }

        var named = special.Select(token => token.Id).ToHashSet();
        var reserved = Enumerable.Range(ids.Count, family.ReservedIds)
            .Where(id => !named.Contains(id))
            .Select(id => new AddedToken { Id = id, Content = $"<|reserved_token_{id}|>", IsSpecial = true });
        var vocabulary = new Vocabulary(ids);
        return new TokenizerParts
        {
            Model = new BpeModel(vocabulary, RankedPairs.Build(vocabulary, id => id), new BpeOptions { IgnoresMerges = true }),
            AddedTokens = [.. special, .. reserved],
            PreTokenizer = new SequencePreTokenizer([Splitting(family.Pattern), new ByteLevelPreTokenizer(addsPrefixSpace: false, splits: false)]),
            Frame = family.BeginId >= 0 ? new TokenFrame([family.BeginId], []) : TokenFrame.Empty,
            Decoder = new ByteLevelDecoder(),
            RefusesUnknownIds = true,
            ReadsSpecialAsPlain = true,
        };
    }

    // Every family's pattern covers the whole text, so that isolating its matches cuts it and removes nothing.
    private static PreTokenizer Splitting(string pattern)
        => KnownPatterns.Find(pattern, PatternDialect.Rust) is { } scanner
            ? new SplitterPreTokenizer(scanner)
            : new DelimiterPreTokenizer(new PatternFinder(Pattern.Parse(pattern, PatternDialect.Rust)), DelimiterBehavior.Isolated);

    private static Dictionary<string, int> ReadRanks(ReadOnlySpan<byte> content, LoadContext context)
    {
        Dictionary<string, int> ids = new(content.Length / 14, StringComparer.Ordinal);
        HashSet<int> seen = [];
        var number = 0;
        foreach (var range in content.Split((byte)'\n'))
        {
            number++;
            var line = content[range].TrimEnd((byte)'\r');
            if (line.IsEmpty)
            {
                continue;
            }

            var space = line.IndexOf((byte)' ');
            if (space < 0 || !int.TryParse(line[(space + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var rank) || rank > BpeReader.LargestId)
            {
                throw context.Fault($"Line {number} should be base64, a space and a rank from 0 to {BpeReader.LargestId}, not '{Show(line)}'.");
            }

            var token = Decode(line[..space]) ?? throw context.Fault($"The token in line {number} is no base64: '{Show(line)}'.");
            if (!ids.TryAdd(token, rank) || !seen.Add(rank))
            {
                throw context.Fault($"Line {number} repeats a token or a rank: '{Show(line)}'.");
            }
        }

        return ids.Count > 0 ? ids : throw context.Fault("The file holds no tokens; a tiktoken file has a line 'base64 rank' for each.");
    }

    private static string? Decode(ReadOnlySpan<byte> base64)
    {
        Span<byte> bytes = base64.Length <= 1024 ? stackalloc byte[1024] : new byte[base64.Length];
        if (base64.IsEmpty || Base64.DecodeFromUtf8(base64, bytes, out _, out var count) != System.Buffers.OperationStatus.Done || count == 0)
        {
            return null;
        }

        return string.Create(count, bytes, static (symbols, source) =>
        {
            for (var index = 0; index < symbols.Length; index++)
            {
                symbols[index] = ByteSymbols.Of(source[index]);
            }
        });
    }

    private static string Show(ReadOnlySpan<byte> line) => Encoding.UTF8.GetString(line[..Math.Min(line.Length, 80)]);
}
