using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Templates;

/// <summary>Where a model folder keeps its chat template.</summary>
internal static class ChatTemplateFiles
{
    private const string DefaultName = "default";

    /// <summary>The template's text, or <see langword="null"/> where the folder has none.</summary>
    public static string? Find(string folder, string? name)
    {
        var file = Path.Combine(folder, "chat_template.jinja");
        if (name is not null && Path.Combine(folder, "additional_chat_templates", name + ".jinja") is var further && File.Exists(further))
        {
            file = further;
        }

        if (File.Exists(file))
        {
            return File.ReadAllText(file);
        }

        return FromJson(Path.Combine(folder, "chat_template.json"), name) ?? FromJson(Path.Combine(folder, "tokenizer_config.json"), name);
    }

    private static string? FromJson(string file, string? name)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("chat_template", out var template)
                ? Choose(file, template, name)
                : null;
        }
        catch (JsonException exception)
        {
            throw new UserErrorException(file, $"This is no valid JSON (line {exception.LineNumber + 1}); restore the file from the model's source.");
        }
    }

    private static string? Choose(string file, JsonElement template, string? name)
    {
        if (template.ValueKind is JsonValueKind.String or JsonValueKind.Null)
        {
            return template.GetString();
        }

        var named = new Dictionary<string, string>();
        if (template.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in template.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("name", out var key) && item.TryGetProperty("template", out var text)
                    && key.ValueKind == JsonValueKind.String && text.ValueKind == JsonValueKind.String)
                {
                    named[key.GetString()!] = text.GetString()!;
                }
            }
        }

        return named.GetValueOrDefault(name ?? DefaultName)
            ?? (named.Count == 1 && name is null ? named.Values.Single() : null)
            ?? throw new UserErrorException(
                $"{file}: chat_template",
                $"There is no template '{name ?? DefaultName}'; the file has {(named.Count == 0 ? "none" : string.Join(", ", named.Keys.Select(key => $"'{key}'")))}.");
    }
}
