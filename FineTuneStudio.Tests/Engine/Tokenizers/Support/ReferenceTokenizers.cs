using System.Text;
using System.Text.Json.Nodes;
using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Engine.Tokenizers.Loading;
using FineTuneStudio.Engine.Tokenizers.Models;
using FineTuneStudio.Tests.Support;

namespace FineTuneStudio.Tests.Engine.Tokenizers.Support;

/// <summary>The real tokenizers that there are reference ids for, each put together from what is beside the project.</summary>
internal static class ReferenceTokenizers
{
    /// <summary>All names.</summary>
    public static readonly string[] Names =
    [
        "qwen3", "minimind", "phi-3-mini", "gpt2", "smollm", "deepseek-coder", "cl100k", "stories260K", "stories260K-sentencepiece", "llama-spm",
    ];

    /// <summary>The parts of one of them.</summary>
    public static TokenizerParts Parts(string name) => name switch
    {
        "qwen3" => ReadJson(SharedData.Data("tokenizers", "qwen3", "tokenizer.json.gz")),
        "minimind" or "phi-3-mini" => ReadJson(SharedData.Data("tokenizers", name, "tokenizer.json")),
        "stories260K" => ReadJson(SharedData.Golden("tokenizers", "stories260K.tokenizer.json")),
        "gpt2" => Compose(name, File.ReadAllText(SharedData.Data("tokenizers", name, "encoder.json")), SharedData.Data("tokenizers", name, "vocab.bpe")),
        "smollm" => Compose(name, File.ReadAllText(SharedData.Data("tokenizers", name, "vocab.json")), SharedData.Data("tokenizers", name, "merges.txt")),
        "deepseek-coder" => ComposeDeepSeek(),
        "cl100k" => TiktokenReader.Read(
            File.ReadAllBytes(SharedData.Data("tokenizers", name, "cl100k_base.tiktoken")), [], new LoadContext(name)),
        "llama-spm" => SentencePieceReader.Create(
            GgufVocabulary.Read(SharedData.Data("llamacpp-vocab", "ggml-vocab-llama-spm.gguf")).Pieces, addsDummyPrefix: true),
        "stories260K-sentencepiece" => SentencePieceReader.Create(ReadScores(SharedData.Data("stories260K", "tok512.bin")), addsDummyPrefix: true),
        _ => throw new ArgumentException(name, nameof(name)),
    };

    /// <summary>One of them.</summary>
    public static Tokenizer Load(string name) => new(Parts(name), new SpecialTokenRoles());

    private static TokenizerParts ReadJson(string path) => TokenizerJsonReader.Read(TokenizerFile.ReadAll(path), new LoadContext(path));

    private static TokenizerParts Compose(string name, string vocabulary, string mergesPath)
    {
        var merges = File.ReadAllLines(mergesPath).Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal));
        return Compose(name, JsonNode.Parse(vocabulary)!.AsObject(), merges);
    }

    private static TokenizerParts ComposeDeepSeek()
    {
        var gguf = GgufVocabulary.Read(SharedData.Data("llamacpp-vocab", "ggml-vocab-deepseek-coder.gguf"));
        var vocabulary = new JsonObject();
        for (var id = 0; id < gguf.Tokens.Count; id++)
        {
            // Ids from 32000 on are added tokens; the skeleton has them.
            if (id < 32000)
            {
                vocabulary[gguf.Tokens[id]] = id;
            }
        }

        return Compose("deepseek-coder", vocabulary, gguf.Merges);
    }

    private static TokenizerParts Compose(string name, JsonObject vocabulary, IEnumerable<string> merges)
    {
        var root = JsonNode.Parse(File.ReadAllText(SharedData.Golden("tokenizers", $"{name}.skeleton.json")))!.AsObject();
        root["model"]!["vocab"] = vocabulary;
        root["model"]!["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)merge)]);
        return TokenizerJsonReader.Read(Encoding.UTF8.GetBytes(root.ToJsonString()), new LoadContext(name));
    }

    /// <summary>llama2.c's tokenizer.bin: the longest token's length, then for each token its score, its length and its bytes.</summary>
    private static List<SentencePiece> ReadScores(string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path));
        reader.ReadInt32();
        List<SentencePiece> pieces = [];
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            var score = reader.ReadSingle();
            var text = Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadInt32()));
            pieces.Add(pieces.Count switch
            {
                0 => new SentencePiece("<unk>", 0, SentencePieceKind.Unknown),
                1 => new SentencePiece("<s>", 0, SentencePieceKind.Control),
                2 => new SentencePiece("</s>", 0, SentencePieceKind.Control),
                < 259 => new SentencePiece(text, 0, SentencePieceKind.Byte),
                _ => new SentencePiece(text.Replace(' ', '\u2581'), score, SentencePieceKind.Normal),
            });
        }

        return pieces;
    }
}
