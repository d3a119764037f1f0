using System.Text.Json;

namespace FineTuneStudio.Application.Datasets;

/// <summary>What graders know of a prompt besides the conversation.</summary>
internal static class PromptFields
{
    private const int MostLetters = 2_000;

    /// <summary>Fields of an item by name, each as text, without the conversation itself.</summary>
    /// <param name="item">An object, as graders see it.</param>
    public static IReadOnlyList<(string Name, string Text)> Of(JsonElement item)
        => [.. item.EnumerateObject().Where(field => field.Name is not ("messages" or "conversations" or "tools")).Select(field => (field.Name, TextOf(field.Value)))];

    /// <summary>A value as graders read it in a template: a text as it is, everything else as JSON.</summary>
    public static string TextOf(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return text.Length > MostLetters ? text[..MostLetters] + "…" : text;
    }
}
