using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Templates;

/// <summary>Where a model folder keeps its chat template.</summary>
internal static class ChatTemplateFiles
{
    private const string DefaultName = "default";
    private const string SingleFile = "chat_template.jinja";

    /// <summary>The template's text, or <see langword="null"/> where the folder has none.</summary>
    public static string? Find(string folder, string? name)
    {
        var file = Path.Combine(folder, SingleFile);
        if (name is not null && AdditionalTemplates.PathOf(folder, name) is var further && File.Exists(further))
        {
            file = further;
        }

        if (File.Exists(file))
        {
            return File.ReadAllText(file);
        }

        return FromJson(Path.Combine(folder, "chat_template.json"), name) ?? FromJson(Path.Combine(folder, "tokenizer_config.json"), name);
    }

    /// <summary>The text of a template of its own name, or <see langword="null"/> where the folder has none of that name.</summary>
    public static string? FindNamed(string folder, string name)
    {
        var file = AdditionalTemplates.PathOf(folder, name);
        if (File.Exists(file))
        {
            return File.ReadAllText(file);
        }

        string? Named(string json) => Read(json, template => NamedOf(template)?.GetValueOrDefault(name));
        return File.Exists(Path.Combine(folder, SingleFile)) ? null : Named(Path.Combine(folder, "chat_template.json")) ?? Named(Path.Combine(folder, "tokenizer_config.json"));
    }

    private static string? FromJson(string file, string? name) => Read(file, template => Choose(file, template, name));

    private static string? Read(string file, Func<JsonElement, string?> choose)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("chat_template", out var template)
                ? choose(template)
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

        var named = NamedOf(template) ?? [];
        return named.GetValueOrDefault(name ?? DefaultName)
            ?? (named.Count == 1 && name is null ? named.Values.Single() : null)
            ?? throw new UserErrorException(
                $"{file}: chat_template",
                $"There is no template '{name ?? DefaultName}'; the file has {(named.Count == 0 ? "none" : string.Join(", ", named.Keys.Select(key => $"'{key}'")))}.");
    }

    // A list of objects with name and template.
    private static Dictionary<string, string>? NamedOf(JsonElement template)
    {
        if (template.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in template.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("name", out var key) && item.TryGetProperty("template", out var text)
                && key.ValueKind == JsonValueKind.String && text.ValueKind == JsonValueKind.String)
            {
                named[key.GetString()!] = text.GetString()!;
            }
        }

        return named;
    }
}
