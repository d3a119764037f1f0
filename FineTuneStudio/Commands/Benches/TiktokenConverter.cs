using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace FineTuneStudio.Commands.Benches;

/// <summary>A cl100k tiktoken file as a tokenizer.json, so that the other library can be measured on it.</summary>
internal static class TiktokenConverter
{
    private const string Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The file's lines as a tokenizer.json.</summary>
    public static JsonObject Convert(IEnumerable<string> lines)
    {
        var ranks = lines.Where(line => line.Length > 0).Select(line => line.Split(' ')).ToDictionary(
            fields => Encoding.Latin1.GetString(System.Convert.FromBase64String(fields[0])),
            fields => int.Parse(fields[1], CultureInfo.InvariantCulture),
            StringComparer.Ordinal);
        var vocabulary = new JsonObject();
        var merges = new JsonArray();
        foreach (var (token, rank) in ranks.OrderBy(entry => entry.Value))
        {
            vocabulary[Symbols(token)] = rank;
            if (token.Length > 1 && FindMerge(token, rank, ranks) is var (left, right))
            {
                merges.Add(new JsonArray(Symbols(left), Symbols(right)));
            }
        }

        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(),
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = Pattern }, ["behavior"] = "Isolated", ["invert"] = false,
                    },
                    ByteLevel()),
            },
            ["decoder"] = ByteLevel(),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE", ["ignore_merges"] = true, ["byte_fallback"] = false, ["fuse_unk"] = false, ["vocab"] = vocabulary, ["merges"] = merges,
            },
        };
    }

    private static JsonObject ByteLevel()
        => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = false };

    /// <summary>The two tokens that a token was merged from: what merging by lower ranks leaves of it.</summary>
    private static (string Left, string Right)? FindMerge(string token, int rank, Dictionary<string, int> ranks)
    {
        List<string> parts = [.. token.Select(unit => unit.ToString())];
        while (parts.Count > 2)
        {
            var best = -1;
            var bestRank = rank;
            for (var index = 0; index < parts.Count - 1; index++)
            {
                if (ranks.TryGetValue(parts[index] + parts[index + 1], out var found) && found < bestRank)
                {
                    (best, bestRank) = (index, found);
                }
            }

            if (best < 0)
            {
                return null;
            }

            parts[best] += parts[best + 1];
            parts.RemoveAt(best + 1);
        }

        return (parts[0], parts[1]);
    }

    private static string Symbols(string bytes) => string.Concat(bytes.Select(Symbol));

    /// <summary>GPT-2's printable character for a byte: bytes that are none get the characters from 256 on, in order.</summary>
    private static char Symbol(char value)
    {
        if (IsPrintable(value))
        {
            return value;
        }

        var place = Enumerable.Range(0, value).Count(other => !IsPrintable((char)other));
        return (char)(256 + place);
    }

    private static bool IsPrintable(char value) => value is (>= '!' and <= '~') or (>= '\u00A1' and <= '\u00AC') or (>= '\u00AE' and <= '\u00FF');
}
