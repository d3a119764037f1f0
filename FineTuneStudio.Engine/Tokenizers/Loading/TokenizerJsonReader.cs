using System.Text.Json;
using FineTuneStudio.Engine.Tokenizers.Added;
using FineTuneStudio.Engine.Tokenizers.Models;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>Reads a <c>tokenizer.json</c> (Hugging Face tokenizers, version 1.0).</summary>
/// <remarks>Its truncation and padding are left out: rows are cut and filled where batches are made.</remarks>
internal static class TokenizerJsonReader
{
    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = 64 };

    public static TokenizerParts Read(ReadOnlyMemory<byte> content, LoadContext context)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(SkipMark(content), Limits);
        }
        catch (JsonException exception)
        {
            throw context.Fault($"This is no tokenizer.json: {exception.Message}");
        }

        using (document)
        {
            return Read(document.RootElement, context);
        }
    }

    /// <summary>The parts of a file that is parsed already.</summary>
    public static TokenizerParts Read(JsonElement root, LoadContext context)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("model", out var model) || model.ValueKind != JsonValueKind.Object)
        {
            throw context.Fault("This is no tokenizer.json: it should be an object with a 'model'.");
        }

        try
        {
            var bpe = BpeReader.Read(model, context);
            return new TokenizerParts
            {
                Model = bpe,
                AddedTokens = root.TryGetProperty("added_tokens", out var added) ? ReadAddedTokens(added, bpe.Vocabulary, context) : [],
                Normalizer = NormalizerReader.Read(Find(root, "normalizer"), context),
                PreTokenizer = PreTokenizerReader.Read(Find(root, "pre_tokenizer"), context),
                Frame = FrameReader.Read(Find(root, "post_processor"), context),
                Decoder = DecoderReader.Read(Find(root, "decoder"), context),
            };
        }
        catch (InvalidOperationException exception)
        {
            // The parser lets half a surrogate pair pass and balks only when the text is asked for.
            throw context.Fault($"A text in it cannot be read: {exception.Message}");
        }
    }

    private static ReadOnlyMemory<byte> SkipMark(ReadOnlyMemory<byte> content)
        => content.Span.StartsWith("\uFEFF"u8) ? content[3..] : content;

    private static JsonElement Find(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value : default;

    private static List<AddedToken> ReadAddedTokens(JsonElement element, Vocabulary vocabulary, LoadContext context)
    {
        const string What = "added token";
        if (element.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        List<AddedToken> tokens = [];
        foreach (var item in element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : throw context.Fault("'added_tokens' should be a list."))
        {
            var content = context.Text(item, "content", What);
            var known = vocabulary.IdOf(content);
            var isSpecial = context.Flag(item, "special", What);
            tokens.Add(new AddedToken
            {
                Id = known >= 0 ? known : Math.Min(context.Number(item, "id", What), BpeReader.LargestId),
                Content = content,
                IsSingleWord = context.Flag(item, "single_word", What),
                StripsLeft = context.Flag(item, "lstrip", What),
                StripsRight = context.Flag(item, "rstrip", What),
                IsNormalized = context.Flag(item, "normalized", What, absent: !isSpecial),
                IsSpecial = isSpecial,
            });
        }

        return tokens;
    }
}
