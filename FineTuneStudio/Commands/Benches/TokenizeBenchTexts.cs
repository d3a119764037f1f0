using System.Text.Json;

namespace FineTuneStudio.Commands.Benches;

/// <summary>What the tokenizers are measured on: questions and answers, lines of bank customers, templates and code; else the project's samples.</summary>
internal static class TokenizeBenchTexts
{
    // The other library needs a second for a megabyte; every third text is as telling as all of them.
    private const int TakenOutOf = 3;

    /// <summary>The texts, and where they are from.</summary>
    public static List<string> Load(out string source)
        => [.. LoadAll(out source).Where((_, index) => index % TakenOutOf == 0)];

    private static List<string> LoadAll(out string source)
    {
        var data = SharedFolder.Find("shared", "data");
        source = data is null ? "samples" : "gsm8k, banking77, chat templates, humaneval";
        if (data is null)
        {
            return SharedFolder.Find("samples") is { } samples
                ? [.. Directory.EnumerateFiles(samples, "*.jsonl").Order(StringComparer.Ordinal).SelectMany(JsonTexts)]
                : throw new InvalidOperationException("There is no text to measure with: neither ../shared/data nor samples/ is there.");
        }

        return
        [
            .. Files(data, "gsm8k", "*.jsonl").SelectMany(JsonTexts),
            .. Files(data, "banking77", "*.csv").SelectMany(File.ReadLines),
            .. Files(data, "chat-templates", "*.jinja").Select(File.ReadAllText),
            .. Files(data, "humaneval", "*.jsonl").SelectMany(JsonTexts),
        ];
    }

    private static IEnumerable<string> Files(string data, string folder, string pattern)
        => Directory.Exists(Path.Combine(data, folder))
            ? Directory.EnumerateFiles(Path.Combine(data, folder), pattern).Order(StringComparer.Ordinal)
            : [];

    /// <summary>Every text field of every line.</summary>
    private static IEnumerable<string> JsonTexts(string path)
        => File.ReadLines(path).Where(line => line.Length > 0).SelectMany(line => TextsOf(JsonElement.Parse(line)));

    private static IEnumerable<string> TextsOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(TextsOf),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => TextsOf(property.Value)),
        _ => [],
    };
}
