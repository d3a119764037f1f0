using FineTuneStudio.Commands.Benches;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf;
using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Engine.Tokenizers.Normalizers;
using FineTuneStudio.Engine.Tokenizers.Texts;
using FineTuneStudio.Tests.Engine.Tokenizers.Support;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Gguf;

/// <summary>Exported vocabularies, read by llama.cpp: the same ids for every text.</summary>
public sealed class GgufTokenizerTests
{
    private static readonly UnicodeNormalizer Composed = new(composes: true, compatibility: false);

    public static TheoryData<string> Exported => ["qwen3", "minimind", "phi-3-mini", "gpt2", "smollm", "deepseek-coder", "stories260K", "stories260K-sentencepiece", "llama-spm"];

    [Theory]
    [MemberData(nameof(Exported))]
    public void Tokenize_RandomTextsInLlamaCpp_GivesOurIds(string name)
    {
        var tokenizer = ReferenceTokenizers.Load(name);
        var texts = RandomTexts.Take(400).Where(text => !text.Contains('\0')).Select(Normal).ToList();

        var actual = Tokenize(tokenizer, texts);

        var differences = texts.Zip(actual, (text, ids) => (text, ids, ours: tokenizer.Encode(text, new EncodeOptions { SpecialText = SpecialText.AsToken })))
            .Where(row => !row.ids.SequenceEqual(row.ours))
            .Select(row => $"{GoldenLines.Show(row.text)}: {string.Join(' ', row.ids)} instead of {string.Join(' ', row.ours)}");
        Assert.Empty(differences);
    }

    [Fact]
    public void Describe_PatternWithoutAName_IsRefusedWithTheReason()
    {
        var tokenizer = ReferenceTokenizers.Load("cl100k");

        var exception = Assert.Throws<UserErrorException>(() => GgufTokenizer.Describe(tokenizer, tokenizer.VocabularySize, "tokenizer", new GgufMetadata(), []));

        Assert.Contains("cuts text in a way", exception.Message, StringComparison.Ordinal);
    }

    // llama.cpp composes no accents.
    private static string Normal(string text) => Composed.Apply(AlignedText.Of(text)).Text.ToString();

    private static int[][] Tokenize(Tokenizer tokenizer, IReadOnlyList<string> texts)
    {
        using var folder = new TemporaryFolder();
        var metadata = new GgufMetadata();
        metadata.Set("general.architecture", "llama");
        GgufTokenizer.Describe(tokenizer, tokenizer.VocabularySize + 3, "tokenizer", metadata, []);
        using (var stream = File.Create(folder.At("vocabulary.gguf")))
        {
            GgufWriter.Write(stream, metadata, [], progress: null, TestContext.Current.CancellationToken);
        }

        var peer = LlamaPeer.Find();
        Assert.NotNull(peer);
        var ids = peer.Tokenize(folder.At("vocabulary.gguf"), texts);
        Assert.NotNull(ids);
        return ids;
    }
}
