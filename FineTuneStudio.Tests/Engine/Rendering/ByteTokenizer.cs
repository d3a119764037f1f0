using System.Text.Json;
using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Tests.Support;

namespace FineTuneStudio.Tests.Engine.Rendering;

/// <summary>A tokenizer of single bytes and whatever special tokens a test needs.</summary>
internal static class ByteTokenizer
{
    /// <summary>The first special token begins a text, the last one ends it.</summary>
    public static Tokenizer Create(params string[] special)
    {
        using var folder = new TemporaryFolder();
        Write(folder, special);
        return Tokenizer.Load(folder.FullName);
    }

    /// <summary>Writes its files into a folder.</summary>
    public static void Write(TemporaryFolder folder, params string[] special)
    {
        var vocabulary = ByteSymbols().Select((symbol, id) => (symbol, id)).ToDictionary(entry => entry.symbol, entry => entry.id);
        var tokenizer = new
        {
            version = "1.0",
            added_tokens = special.Select((text, i) => new
            {
                id = 256 + i, content = text, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true,
            }),
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true },
            decoder = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true },
            model = new { type = "BPE", vocab = vocabulary, merges = Array.Empty<string>() },
        };
        folder.Write("tokenizer.json", JsonSerializer.Serialize(tokenizer));
        folder.Write(
            "tokenizer_config.json",
            JsonSerializer.Serialize(special.Length == 0 ? new { } : (object)new { bos_token = special[0], eos_token = special[^1] }));
    }

    /// <summary>GPT-2's letters for bytes, in the order of the bytes.</summary>
    private static IEnumerable<string> ByteSymbols()
    {
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var isPrintable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            yield return ((char)(isPrintable ? value : next++)).ToString();
        }
    }
}
