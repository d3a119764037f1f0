using System.IO.Compression;
using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tokenizers;

/// <summary>Files that are no tokenizer, or not one that is built: one clear message each.</summary>
public sealed class LoadFailureTests
{
    private const string Whole = """
        {"added_tokens":[{"id":3,"content":"<s>","special":true}],"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":null,
         "model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}}
        """;

    [Theory]
    [InlineData("", "no tokenizer.json")]
    [InlineData("hello", "no tokenizer.json")]
    [InlineData("{", "no tokenizer.json")]
    [InlineData("{}", "'model'")]
    [InlineData("""{"model":{"type":"Unigram"}}""", "Unigram")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{}}}""", "WordPiece")]
    [InlineData("""{"model":{"type":"BPE","merges":[]}}""", "'vocab'")]
    [InlineData("""{"model":{"type":"BPE","vocab":[],"merges":[]}}""", "an object of tokens")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}""", "id of the token 'a'")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":2000000000},"merges":[]}}""", "id of the token 'a'")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}""", "needs the token 'b'")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["ab"]}}""", "two tokens")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[]},"normalizer":{"type":"Precompiled"}}""", "Precompiled")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[]},"normalizer":"NFC"}""", "an object with a type")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[]},"pre_tokenizer":{"type":"Split","pattern":{"Regex":"("}}}""", "cannot be read at character")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[]},"pre_tokenizer":{"type":"Split","pattern":{"Regex":"a"},"behavior":"Odd"}}""", "'Odd'")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[]},"decoder":{"type":"Strip","content":" "}}""", "'start'")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[]},"post_processor":{"type":"TemplateProcessing","single":[]}}""", "exactly once")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[]},"added_tokens":[{"id":1}]}""", "'content'")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"\ud800":0},"merges":[]}}""", "cannot be read")]
    public void Load_BrokenTokenizerJson_NamesFileAndFault(string content, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("tokenizer.json", Encoding.UTF8.GetBytes(content));

        var exception = Assert.Throws<UserErrorException>(() => Tokenizer.Load(path));

        Assert.Contains(expected, exception.Errors.Single().Message, StringComparison.Ordinal);
        Assert.Equal(path, exception.Errors.Single().Field);
    }

    [Theory]
    [InlineData("IQ== 0\nIg==\n", "Line 2")]
    [InlineData("IQ== 0\n!!!! 1\n", "line 2")]
    [InlineData("IQ== 0\nIQ== 1\n", "repeats")]
    [InlineData("IQ== 0\nIg== 0\n", "repeats")]
    [InlineData("IQ== 0\nIg== 99999999999\n", "Line 2")]
    [InlineData("IQ== 0\nIg== 1\n", "no known family has 2 ranks")]
    public void Load_BrokenTiktokenFile_NamesTheLine(string content, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("x.tiktoken", Encoding.UTF8.GetBytes(content));

        var exception = Assert.Throws<UserErrorException>(() => Tokenizer.Load(path));

        Assert.Contains(expected, exception.Errors.Single().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_DeeplyNested_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("tokenizer.json", Encoding.UTF8.GetBytes(
            "{\"model\":" + new string('[', 100_000)));

        Assert.Throws<UserErrorException>(() => Tokenizer.Load(path));
    }

    [Fact]
    public void Load_GzipThatGrowsWithoutEnd_StopsAtTheLimit()
    {
        using var folder = new TemporaryFolder();
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var count = 0; count < 300; count++)
            {
                gzip.Write(zeros);
            }
        }

        var exception = Assert.Throws<UserErrorException>(() => Tokenizer.Load(folder.Write("tokenizer.json.gz", packed.ToArray())));

        Assert.Contains("256 MiB", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TruncatedGzip_IsAUsersError()
    {
        using var folder = new TemporaryFolder();
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Whole));
        }

        Assert.Throws<UserErrorException>(() => Tokenizer.Load(folder.Write("tokenizer.json.gz", packed.ToArray()[..40])));
    }

    [Fact]
    public void Load_NothingThere_SaysWhatIsTaken()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains("no such file", Assert.Throws<UserErrorException>(() => Tokenizer.Load(folder.At("none"))).Message, StringComparison.Ordinal);
        Assert.Contains("holds no tokenizer", Assert.Throws<UserErrorException>(() => Tokenizer.Load(folder.FullName)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_BrokenTokenizerConfig_NamesThatFile()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", Encoding.UTF8.GetBytes(Whole));
        folder.Write("tokenizer_config.json", "{"u8.ToArray());

        var exception = Assert.Throws<UserErrorException>(() => Tokenizer.Load(folder.FullName));

        Assert.EndsWith("tokenizer_config.json", exception.Errors.Single().Field, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_GzipOfAWholeFile_IsRead()
    {
        using var folder = new TemporaryFolder();
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Whole));
        }

        folder.Write("tokenizer.json.gz", packed.ToArray());

        Assert.Equal([2, 3], Tokenizer.Load(folder.FullName).Encode("ab<s>"));
    }
}
