using System.Text.Json;
using FineTuneStudio.Tests.Support;

namespace FineTuneStudio.Tests.Engine.Tokenizers.Support;

/// <summary>Reads reference cases, and collects what differs so that one run shows every kind of fault.</summary>
internal static class GoldenLines
{
    private static readonly JsonSerializerOptions Escaped = new() { WriteIndented = false };

    /// <summary>The cases of a file: one JSON value a line.</summary>
    public static IEnumerable<JsonElement> Read(string name)
        => File.ReadLines(SharedData.Golden("tokenizers", name)).Where(line => line.Length > 0).Select(line => JsonElement.Parse(line));

    public static int[] Ids(this JsonElement element, string name, string otherwise = "ids")
        => [.. (element.TryGetProperty(name, out var ids) ? ids : element.GetProperty(otherwise)).EnumerateArray().Select(id => id.GetInt32())];

    public static string Text(this JsonElement element, string name, string otherwise = "decoded")
        => (element.TryGetProperty(name, out var text) ? text : element.GetProperty(otherwise)).GetString()!;

    /// <summary>Any value as pure ASCII, so that a failing test shows what it is about.</summary>
    public static string Show(object value) => JsonSerializer.Serialize(value, Escaped);
}
