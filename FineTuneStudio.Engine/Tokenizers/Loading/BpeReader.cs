using System.Text.Json;
using FineTuneStudio.Engine.Tokenizers.Models;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>Reads the <c>model</c> of a tokenizer.json.</summary>
internal static class BpeReader
{
    /// <summary>Far above any vocabulary, far below what would exhaust memory.</summary>
    public const int LargestId = 1 << 23;

    private const string What = "model";

    public static BpeModel Read(JsonElement element, LoadContext context)
    {
        var type = context.OptionalText(element, "type", What) ?? (element.TryGetProperty("merges", out _) ? "BPE" : "without a type");
        if (type != "BPE")
        {
            throw context.Fault($"The tokenizer model '{type}' is not built, only BPE is. Use a model with a BPE tokenizer (Llama, Qwen, Mistral, "
                + "SmolLM, DeepSeek, GPT).");
        }

        var vocabulary = new Vocabulary(ReadVocabulary(context.Required(element, "vocab", What), context));
        var options = new BpeOptions
        {
            UnknownToken = context.OptionalText(element, "unk_token", What),
            FusesUnknown = context.Flag(element, "fuse_unk", What),
            FallsBackToBytes = context.Flag(element, "byte_fallback", What),
            IgnoresMerges = context.Flag(element, "ignore_merges", What),
            ContinuingPrefix = context.OptionalText(element, "continuing_subword_prefix", What) ?? "",
            EndOfWordSuffix = context.OptionalText(element, "end_of_word_suffix", What) ?? "",
        };
        var merges = context.Required(element, "merges", What);
        if (merges.ValueKind != JsonValueKind.Array)
        {
            throw context.Fault("'merges' of the model should be a list.");
        }

        return new BpeModel(vocabulary, ReadMerges(merges, vocabulary, options.ContinuingPrefix, context), options);
    }

    /// <summary>Tokens and ids of a JSON object.</summary>
    public static Dictionary<string, int> ReadVocabulary(JsonElement element, LoadContext context)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw context.Fault("'vocab' of a BPE model should be an object of tokens and their ids.");
        }

        Dictionary<string, int> ids = new(element.GetPropertyCount(), StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetInt32(out var id) || id is < 0 or > LargestId)
            {
                throw context.Fault($"The id of the token '{property.Name}' should be a whole number from 0 to {LargestId}, not {property.Value.GetRawText()}.");
            }

            ids[property.Name] = id;
        }

        return ids;
    }

    /// <summary>The table of a list of merges, the earliest first.</summary>
    public static PairTable BuildPairs(IEnumerable<(string Left, string Right)> merges, int count, Vocabulary vocabulary, string prefix, LoadContext context)
    {
        var pairs = new PairTable(count);
        var rank = 0;
        foreach (var (left, right) in merges)
        {
            var leftId = vocabulary.IdOf(left);
            var rightId = vocabulary.IdOf(right);
            var tail = prefix.Length > 0 && right.Length >= prefix.Length ? right.AsSpan(prefix.Length) : right;
            var merged = vocabulary.IdOf(string.Concat(left, tail));
            if (leftId < 0 || rightId < 0 || merged < 0)
            {
                var missing = leftId < 0 ? left : rightId < 0 ? right : string.Concat(left, tail);
                throw context.Fault($"Merge {rank + 1} ('{left}' and '{right}') needs the token '{missing}', which the vocabulary lacks.");
            }

            pairs.Set(leftId, rightId, rank++, merged);
        }

        return pairs;
    }

    private static PairTable ReadMerges(JsonElement merges, Vocabulary vocabulary, string prefix, LoadContext context)
        => BuildPairs(merges.EnumerateArray().Select((merge, index) => ReadMerge(merge, index, context)), merges.GetArrayLength(), vocabulary, prefix, context);

    private static (string Left, string Right) ReadMerge(JsonElement merge, int index, LoadContext context)
    {
        if (merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2
            && merge[0].ValueKind == JsonValueKind.String && merge[1].ValueKind == JsonValueKind.String)
        {
            return (merge[0].GetString()!, merge[1].GetString()!);
        }

        var text = merge.ValueKind == JsonValueKind.String ? merge.GetString()! : "";
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && space == text.LastIndexOf(' ') && space < text.Length - 1
            ? (text[..space], text[(space + 1)..])
            : throw context.Fault($"Merge {index + 1} should be two tokens, as a list or with a space between them.");
    }
}
