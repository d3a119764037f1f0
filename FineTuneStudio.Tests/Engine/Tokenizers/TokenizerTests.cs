using System.Text;
using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Tests.Engine.Tokenizers.Support;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tokenizers;

/// <summary>What holds for every tokenizer and every text.</summary>
public sealed class TokenizerTests
{
    public static TheoryData<string> Names => [.. ReferenceTokenizers.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void EncodeWithOffsets_RandomTexts_GivesTheIdsAndSpansThatNeverFall(string name)
    {
        var tokenizer = ReferenceTokenizers.Load(name);
        foreach (var text in RandomTexts.Take(500))
        {
            var spans = tokenizer.EncodeWithOffsets(text);

            Assert.Equal(tokenizer.Encode(text), spans.Select(span => span.Id));
            Assert.All(spans, span => Assert.InRange(span.Start, 0, span.End));
            Assert.All(spans.Zip(spans.Skip(1)), pair => Assert.True(pair.Second.Start >= pair.First.Start && pair.Second.End >= pair.First.End));
            Assert.All(spans, span => Assert.True(span.End <= text.Length));
        }
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("qwen3")]
    [InlineData("phi-3-mini")]
    public void EncodeWithOffsets_WholeCharacters_AreTheTextOfTheirTokens(string name)
    {
        var tokenizer = ReferenceTokenizers.Load(name);
        const string text = "Hello world, it's na\u00EFve \u6771\u4EAC! \uD83D\uDE00 12";

        var spans = tokenizer.EncodeWithOffsets(text);

        Assert.Equal(0, spans[0].Start);
        Assert.Equal(text.Length, spans[^1].End);
        Assert.All(spans.Zip(spans.Skip(1)), pair => Assert.True(pair.Second.Start <= pair.First.End));
        Assert.Contains(spans, span => text[span.Start..span.End].Trim() == "world");
        Assert.Contains(spans, span => text[span.Start..span.End].Trim() == "\uD83D\uDE00");
    }

    [Fact]
    public void EncodeWithOffsets_ComposedText_PointsIntoTheOriginal()
    {
        var tokenizer = ReferenceTokenizers.Load("qwen3");
        const string text = "cafe\u0301 ok";

        var spans = tokenizer.EncodeWithOffsets(text);

        Assert.Equal(text.Length, spans[^1].End);
        Assert.Equal(" ok", text[spans[^1].Start..]);
        Assert.Contains(spans, span => span.End == 5);
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("minimind")]
    [InlineData("cl100k")]
    public void Decode_OfEncode_IsTheText(string name)
    {
        var tokenizer = ReferenceTokenizers.Load(name);

        Assert.All(RandomTexts.Take(500), text => Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Stream_RandomIds_EndsAsTheWhole(string name)
    {
        var tokenizer = ReferenceTokenizers.Load(name);
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var ids = Enumerable.Range(0, random.Next(0, 20)).Select(_ => random.Next(tokenizer.VocabularySize + 5)).ToArray();
            foreach (var skips in (bool[])[false, true])
            {
                var stream = tokenizer.CreateStreamingDecoder(skips);

                Assert.Equal(tokenizer.Decode(ids, skips), string.Concat(ids.Select(stream.Push)) + stream.Finish());
            }
        }
    }

    [Fact]
    public void Encode_OneLongRun_IsMergedOnceAndForAll()
    {
        var tokenizer = ReferenceTokenizers.Load("gpt2");
        var text = new string('a', 1_000_000);

        var ids = tokenizer.Encode(text);

        // Quadratic merging of a million letters would not come back.
        Assert.Equal(text.Length, tokenizer.Decode(ids).Length);
        Assert.True(ids.Length <= text.Length / 4);
    }

    [Fact]
    public void Encode_HalfSurrogate_IsTheReplacementCharacter()
    {
        var tokenizer = ReferenceTokenizers.Load("gpt2");

        Assert.Equal(tokenizer.Encode("a\uFFFDb"), tokenizer.Encode("a\uD800b"));
    }

    [Fact]
    public async Task Encode_FromManyThreads_GivesTheSameIds()
    {
        var tokenizer = ReferenceTokenizers.Load("minimind");
        var texts = RandomTexts.Take(300).ToArray();
        var expected = texts.Select(text => tokenizer.Encode(text)).ToArray();

        var runs = Enumerable.Range(0, 4).Select(_ => Task.Run(() => texts.Select(text => tokenizer.Encode(text)).ToArray(), TestContext.Current.CancellationToken));

        Assert.All(await Task.WhenAll(runs), actual => Assert.Equal(expected, actual));
    }

    [Fact]
    public void Load_RealFolder_KnowsTheRolesOfItsTokens()
    {
        var tokenizer = Tokenizer.Load(SharedData.Data("tokenizers", "qwen3"));

        Assert.Equal(new SpecialToken(151645, "<|im_end|>"), tokenizer.Eos);
        Assert.Equal(new SpecialToken(151643, "<|endoftext|>"), tokenizer.Pad);
        Assert.Null(tokenizer.Bos);
        Assert.Equal(151669, tokenizer.VocabularySize);
        Assert.True(tokenizer.IsSpecial(151644));
        Assert.Equal(151644, tokenizer.TokenToId("<|im_start|>"));
        Assert.Equal("\u0120world", tokenizer.IdToToken(1879));
    }

    [Fact]
    public void Load_SentencePieceModelFile_EncodesAsItsVocabulary()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("tokenizer.model", SentencePieceModelBytes());

        var tokenizer = Tokenizer.Load(path);

        Assert.Equal([3, 3], tokenizer.Encode("ab ab"));
        Assert.Equal("ab ab", tokenizer.Decode([3, 3]));
        Assert.Equal([1, 3], tokenizer.Encode("ab", new EncodeOptions { AddSpecial = true }));
    }

    private static byte[] SentencePieceModelBytes()
    {
        var bytes = new List<byte>();
        (string Text, float Score, byte Kind)[] pieces = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("\u2581ab", -1, 1), ("\u2581a", -6, 1), ("a", -3, 1), ("b", -4, 1), ("\u2581", -5, 1), ("ab", -2, 1)];
        foreach (var (text, score, kind) in pieces)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            byte[] body = [0x0A, (byte)utf8.Length, .. utf8, 0x15, .. BitConverter.GetBytes(score), 0x18, kind];
            bytes.AddRange([0x0A, (byte)body.Length, .. body]);
        }

        bytes.AddRange([0x12, 2, 0x18, 2, 0x1A, 4, 0x18, 1, 0x20, 0]);
        return [.. bytes];
    }
}
