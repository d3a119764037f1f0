using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Tokenizers.Decoders;
using FineTuneStudio.Engine.Tokenizers.Models;
using FineTuneStudio.Engine.Tokenizers.PreTokenizers;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>Reads a byte-level vocabulary of the older kind: <c>vocab.json</c> and <c>merges.txt</c> (or GPT-2's own file names).</summary>
internal static class VocabularyFilesReader
{
    private static readonly (string Vocabulary, string Merges)[] Names = [("vocab.json", "merges.txt"), ("encoder.json", "vocab.bpe")];

    /// <summary>The two files of a folder, or <c>null</c>.</summary>
    public static (string Vocabulary, string Merges)? Find(string folder)
    {
        foreach (var (vocabulary, merges) in Names)
        {
            if (File.Exists(Path.Combine(folder, vocabulary)) && File.Exists(Path.Combine(folder, merges)))
            {
                return (Path.Combine(folder, vocabulary), Path.Combine(folder, merges));
            }
        }

        return null;
    }

    /// <summary>The parts: GPT-2's, which is what such files were made for.</summary>
    public static TokenizerParts Read(string vocabularyPath, string mergesPath, SpecialTokenRoles roles)
    {
        var vocabulary = ReadVocabulary(vocabularyPath);
        return new TokenizerParts
        {
            Model = new BpeModel(vocabulary, ReadMerges(mergesPath, vocabulary), new BpeOptions()),
            AddedTokens = roles.AddedTokens.Count > 0 ? roles.AddedTokens : FindSpecial(vocabulary),
            PreTokenizer = new ByteLevelPreTokenizer(addsPrefixSpace: false, splits: true),
            Decoder = new ByteLevelDecoder(),
        };
    }

    private static Vocabulary ReadVocabulary(string path)
    {
        var context = new LoadContext(path);
        try
        {
            using var document = JsonDocument.Parse(TokenizerFile.ReadAll(path), new JsonDocumentOptions { MaxDepth = 8 });
            return new Vocabulary(BpeReader.ReadVocabulary(document.RootElement, context));
        }
        catch (JsonException exception)
        {
            throw context.Fault($"This is no vocabulary: {exception.Message}");
        }
    }

    private static PairTable ReadMerges(string path, Vocabulary vocabulary)
    {
        var lines = Encoding.UTF8.GetString(TokenizerFile.ReadAll(path)).Split('\n');
        var builder = new MergeListBuilder(lines.Length, vocabulary, prefix: "", new LoadContext(path));
        for (var index = 0; index < lines.Length; index++)
        {
            var line = lines[index].TrimEnd('\r');
            if (line.Length > 0 && !(index == 0 && line.StartsWith("#version", StringComparison.Ordinal)))
            {
                builder.AddLine(line);
            }
        }

        return builder.Pairs;
    }

    private static Added.AddedToken[] FindSpecial(Vocabulary vocabulary)
        => [.. vocabulary.Ids.Where(entry => entry.Key.StartsWith("<|", StringComparison.Ordinal) && entry.Key.EndsWith("|>", StringComparison.Ordinal))
            .Select(entry => new Added.AddedToken { Id = entry.Value, Content = entry.Key, IsSpecial = true })];
}
