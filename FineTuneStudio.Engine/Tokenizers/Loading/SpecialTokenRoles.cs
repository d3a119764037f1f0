using System.Text.Json;
using FineTuneStudio.Engine.Tokenizers.Added;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>What the other files of a model folder say about its tokens: which begins, ends, pads, and which end an answer.</summary>
internal sealed record SpecialTokenRoles
{
    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = 64, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Class that the folder was made for in transformers.</summary>
    public string? TokenizerClass { get; private init; }

    public string? Bos { get; private init; }

    public string? Eos { get; private init; }

    public string? Pad { get; private init; }

    public string? Unknown { get; private init; }

    public int? BosId { get; private init; }

    public int? PadId { get; private init; }

    /// <summary>Ids that end an answer, from <c>generation_config.json</c> or else <c>config.json</c>.</summary>
    public IReadOnlyList<int> StopIds { get; private init; } = [];

    /// <summary>Rows of the model's embedding, where <c>config.json</c> tells.</summary>
    public int? EmbeddingRows { get; private init; }

    /// <summary>Tokens of <c>added_tokens_decoder</c>.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; private init; } = [];

    /// <summary>Reads what is there; absent files are no fault, broken ones are.</summary>
    public static SpecialTokenRoles Read(string folder)
    {
        using var tokenizer = Open(Path.Combine(folder, "tokenizer_config.json"));
        using var map = Open(Path.Combine(folder, "special_tokens_map.json"));
        using var generation = Open(Path.Combine(folder, "generation_config.json"));
        using var model = Open(Path.Combine(folder, "config.json"));
        JsonDocument?[] texts = [tokenizer, map];
        JsonDocument?[] numbers = [generation, model];
        return new SpecialTokenRoles
        {
            TokenizerClass = FirstText(texts, "tokenizer_class"),
            Bos = FirstText(texts, "bos_token"),
            Eos = FirstText(texts, "eos_token"),
            Pad = FirstText(texts, "pad_token"),
            Unknown = FirstText(texts, "unk_token"),
            BosId = FirstNumbers(numbers, "bos_token_id") is [var bos, ..] ? bos : null,
            PadId = FirstNumbers(numbers, "pad_token_id") is [var pad, ..] ? pad : null,
            StopIds = FirstNumbers(numbers, "eos_token_id"),
            EmbeddingRows = ReadRows(model?.RootElement),
            AddedTokens = ReadAddedTokens(tokenizer, new LoadContext(Path.Combine(folder, "tokenizer_config.json"))),
        };
    }

    // Of a model of text and images the text model's own object tells.
    private static int? ReadRows(JsonElement? model)
        => model is not { ValueKind: JsonValueKind.Object } fields ? null
            : fields.TryGetProperty("vocab_size", out var rows) && rows.ValueKind == JsonValueKind.Number && rows.TryGetInt32(out var number) && number >= 0 ? number
            : fields.TryGetProperty("text_config", out var text) ? ReadRows(text)
            : null;

    private static JsonDocument? Open(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var context = new LoadContext(path);
        try
        {
            var document = JsonDocument.Parse(TokenizerFile.ReadAll(path), Limits);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw context.Fault("It should be a JSON object.");
        }
        catch (JsonException exception)
        {
            throw context.Fault($"This is no JSON: {exception.Message}");
        }
    }

    private static string? FirstText(JsonDocument?[] documents, string name)
    {
        foreach (var document in documents)
        {
            if (document is null || !document.RootElement.TryGetProperty(name, out var value))
            {
                continue;
            }

            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out var content))
            {
                value = content;
            }

            if (value.ValueKind == JsonValueKind.String)
            {
                return value.GetString();
            }
        }

        return null;
    }

    private static List<int> FirstNumbers(JsonDocument?[] documents, string name)
    {
        foreach (var document in documents)
        {
            if (document is null || !document.RootElement.TryGetProperty(name, out var value))
            {
                continue;
            }

            List<int> numbers = [];
            foreach (var item in value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : new[] { value })
            {
                if (item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var number) && number >= 0)
                {
                    numbers.Add(number);
                }
            }

            if (numbers.Count > 0)
            {
                return numbers;
            }
        }

        return [];
    }

    private static List<AddedToken> ReadAddedTokens(JsonDocument? document, LoadContext context)
    {
        const string What = "added token";
        List<AddedToken> tokens = [];
        if (document is null || !document.RootElement.TryGetProperty("added_tokens_decoder", out var entries) || entries.ValueKind != JsonValueKind.Object)
        {
            return tokens;
        }

        foreach (var entry in entries.EnumerateObject())
        {
            if (!int.TryParse(entry.Name, out var id) || id is < 0 or > BpeReader.LargestId)
            {
                throw context.Fault($"added_tokens_decoder: '{entry.Name}' is no id.");
            }

            tokens.Add(new AddedToken
            {
                Id = id,
                Content = context.Text(entry.Value, "content", What),
                IsSingleWord = context.Flag(entry.Value, "single_word", What),
                StripsLeft = context.Flag(entry.Value, "lstrip", What),
                StripsRight = context.Flag(entry.Value, "rstrip", What),
                IsNormalized = context.Flag(entry.Value, "normalized", What),
                IsSpecial = context.Flag(entry.Value, "special", What),
            });
        }

        return tokens;
    }
}
