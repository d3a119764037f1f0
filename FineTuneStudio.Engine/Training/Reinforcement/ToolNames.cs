using System.Text.Json;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>Names of tools in OpenAI's form.</summary>
internal static class ToolNames
{
    /// <summary>Those that a row's field <c>tools</c> defines; <see langword="null"/> where it has none.</summary>
    public static IReadOnlySet<string>? Of(JsonElement row)
        => row.ValueKind == JsonValueKind.Object && row.TryGetProperty("tools", out var tools) && tools.ValueKind == JsonValueKind.Array
            && tools.EnumerateArray().Select(Name).OfType<string>().ToHashSet() is { Count: > 0 } names ? names : null;

    private static string? Name(JsonElement tool)
    {
        var function = tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("function", out var inside) && inside.ValueKind == JsonValueKind.Object ? inside : tool;
        return function.ValueKind == JsonValueKind.Object && function.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
    }
}
