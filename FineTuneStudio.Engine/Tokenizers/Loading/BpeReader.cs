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

    private static PairTable ReadMerges(JsonElement merges, Vocabulary vocabulary, string prefix, LoadContext context)
    {
        var builder = new MergeListBuilder(merges.GetArrayLength(), vocabulary, prefix, context);
        Span<char> left = stackalloc char[JsonTexts.LongestOnStack];
        Span<char> right = stackalloc char[JsonTexts.LongestOnStack];
        foreach (var merge in merges.EnumerateArray())
        {
            if (merge.ValueKind == JsonValueKind.String)
            {
                builder.AddLine(JsonTexts.Read(merge, left));
            }
            else if (merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2
                && merge[0].ValueKind == JsonValueKind.String && merge[1].ValueKind == JsonValueKind.String)
            {
                builder.Add(JsonTexts.Read(merge[0], left), JsonTexts.Read(merge[1], right));
            }
            else
            {
                builder.AddLine([]);
            }
        }

        return builder.Pairs;
    }
}
