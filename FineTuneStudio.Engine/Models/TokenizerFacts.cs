using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Models;

/// <summary>The little that a model's check needs to know of its tokenizer files.</summary>
/// <param name="Exists">Whether there is one.</param>
/// <param name="HasChatTemplate">Whether one of the files carries a template.</param>
/// <param name="LargestId">Largest token id, where the file tells.</param>
/// <param name="LargestOwnId">The same without tokens that were added to the vocabulary.</param>
internal sealed record TokenizerFacts(bool Exists, bool HasChatTemplate, int? LargestId, int? LargestOwnId)
{
    public const string FileName = "tokenizer.json";
    private const string ConfigName = "tokenizer_config.json";
    private const long MaxBytes = 64 << 20;
    private static readonly string[] OtherFiles = ["tokenizer.json.gz", "tokenizer.model", "tiktoken.model", "vocab.json", "encoder.json"];
    private static readonly string[] TemplateFiles = ["chat_template.jinja", "chat_template.json"];

    public static TokenizerFacts Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var hasTemplate = TemplateFiles.Any(name => File.Exists(Path.Combine(folder, name)))
            || Read(Path.Combine(folder, ConfigName), root => root.TryGetProperty("chat_template", out var template) && template.ValueKind != JsonValueKind.Null) == true;
        var ids = Read(path, root => ((int?, int?)?)LargestIdsOf(root));
        return new TokenizerFacts(File.Exists(path) || HasOther(folder), hasTemplate, ids?.Item1, ids?.Item2);
    }

    // What these hold becomes known when they are loaded.
    private static bool HasOther(string folder)
        => OtherFiles.Any(name => File.Exists(Path.Combine(folder, name))) || (Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.tiktoken").Any());

    private static (int? All, int? Own) LargestIdsOf(JsonElement root)
    {
        var added = new HashSet<int>();
        if (root.TryGetProperty("added_tokens", out var tokens) && tokens.ValueKind == JsonValueKind.Array)
        {
            added.UnionWith(tokens.EnumerateArray().Select(token => token.TryGetProperty("id", out var id) && id.TryGetInt32(out var number) ? number : -1));
        }

        int? own = null;
        if (root.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.Object && model.TryGetProperty("vocab", out var vocabulary))
        {
            // Byte-pair vocabularies map a token to its id; unigram ones are a list in the order of ids.
            own = vocabulary.ValueKind switch
            {
                JsonValueKind.Object => vocabulary.EnumerateObject().Max(entry => entry.Value.TryGetInt32(out var id) && !added.Contains(id) ? id : (int?)null),
                JsonValueKind.Array => vocabulary.GetArrayLength() - 1,
                _ => null,
            };
        }

        return (added.Where(id => id >= 0).Select(id => (int?)id).Append(own).Max(), own);
    }

    private static T? Read<T>(string path, Func<JsonElement, T?> read)
        where T : struct
    {
        if (!File.Exists(path))
        {
            return null;
        }

        if (new FileInfo(path).Length > MaxBytes)
        {
            throw new UserErrorException(path, $"The file is larger than {MaxBytes} bytes.");
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 64 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : throw new UserErrorException(path, "This is no JSON object.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new UserErrorException(path, $"This is broken JSON: {exception.Message}");
        }
    }

    private static bool? Read(string path, Func<JsonElement, bool> read) => Read<bool>(path, root => read(root));
}
