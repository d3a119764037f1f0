using System.IO.Compression;
using System.Text.Json.Nodes;

namespace FineTuneStudio.Commands.Benches;

/// <summary>The real tokenizers in <c>../shared/data</c>, each also as the tokenizer.json that the other library reads.</summary>
internal static class TokenizeBenchCandidates
{
    /// <summary>Finds them and writes what has to be put together into a folder.</summary>
    public static List<TokenizeBenchCandidate> Prepare(string folder)
    {
        List<TokenizeBenchCandidate> candidates = [];
        if (SharedFolder.Find("shared", "data", "tokenizers") is not { } root)
        {
            return candidates;
        }

        foreach (var path in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            if (PrepareOne(path, Path.Combine(folder, $"{Path.GetFileName(path)}.json")) is { } candidate)
            {
                candidates.Add(candidate);
            }
        }

        return candidates;
    }

    private static TokenizeBenchCandidate? PrepareOne(string path, string target)
    {
        var name = Path.GetFileName(path);
        var plain = Path.Combine(path, "tokenizer.json");
        if (File.Exists(plain))
        {
            return new TokenizeBenchCandidate(name, plain, plain);
        }

        if (File.Exists(plain + ".gz"))
        {
            using var packed = new GZipStream(File.OpenRead(plain + ".gz"), CompressionMode.Decompress);
            using var file = File.Create(target);
            packed.CopyTo(file);
            return new TokenizeBenchCandidate(name, plain + ".gz", target);
        }

        if (Directory.EnumerateFiles(path, "*.tiktoken").FirstOrDefault() is { } ranks)
        {
            File.WriteAllText(target, TiktokenConverter.Convert(File.ReadAllLines(ranks)).ToJsonString());
            return new TokenizeBenchCandidate(name, ranks, target);
        }

        return ComposeOne(path, target) ? new TokenizeBenchCandidate(name, target, target) : null;
    }

    /// <summary>A vocabulary and merges, with the rest of the tokenizer.json from the reference numbers.</summary>
    private static bool ComposeOne(string path, string target)
    {
        var skeleton = SharedFolder.Find("shared", "golden", "tokenizers") is { } golden
            ? Path.Combine(golden, $"{Path.GetFileName(path)}.skeleton.json")
            : null;
        string?[] files = [FirstOf(path, "vocab.json", "encoder.json"), FirstOf(path, "merges.txt", "vocab.bpe"), skeleton];
        if (!files.All(File.Exists))
        {
            return false;
        }

        var root = JsonNode.Parse(File.ReadAllText(skeleton!))!;
        var merges = File.ReadLines(files[1]!).Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal));
        root["model"]!["vocab"] = JsonNode.Parse(File.ReadAllText(files[0]!));
        root["model"]!["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)merge)]);
        File.WriteAllText(target, root.ToJsonString());
        return true;
    }

    private static string? FirstOf(string folder, params string[] names) => names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
