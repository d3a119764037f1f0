using System.Text;
using FineTuneStudio.Commands;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Commands;

/// <summary>The lines that <c>tokenize</c> reads and writes.</summary>
public sealed class TokenizeCommandTests : IDisposable
{
    private const string Small = """
        {"added_tokens":[{"id":3,"content":"<s>","special":true}],"normalizer":null,"pre_tokenizer":null,"decoder":{"type":"Fuse"},
         "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}},{"Sequence":{"id":"A"}}],
           "special_tokens":{"<s>":{"ids":[3]}}},
         "model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"<":4,"s":5,">":6,"\u00e9":7},"merges":["a b"]}}
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly Tokenizer _tokenizer;

    public TokenizeCommandTests()
    {
        _tokenizer = Tokenizer.Load(_folder.Write("tokenizer.json", Small));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EncodeLines_Options_DecideWhatSpecialTokensAre()
    {
        Assert.Equal("[2,3]\n[]\n", Encode("\"ab<s>\"\n\"\"\n"));
        Assert.Equal("[3,2,3]\n", Encode("\"ab<s>\"", addsSpecial: true));
        Assert.Equal("[2,4,5,6]\n", Encode("\"ab<s>\"", isPlain: true));
    }

    [Fact]
    public void EncodeLines_LastLineWithoutItsEndAndAMark_AreRead()
        => Assert.Equal("[2]\n[7]\n", Encode("\uFEFF\"ab\"\r\n\"\\u00e9\""));

    [Fact]
    public void DecodeLines_KeepsSpecialTokensUnlessToldToSkipThem()
    {
        Assert.Equal("\"ab\\u003Cs\\u003E\\u00E9\"\n", Decode("[2,3,7,99]\n", skipsSpecial: false));
        Assert.Equal("\"ab\\u00E9\"\n", Decode("[ 2, 3, 7 ]\n", skipsSpecial: true));
    }

    [Theory]
    [InlineData("foo")]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("\"a\" \"b\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"open")]
    public void EncodeLines_BadLine_IsNamedAfterTheAnswersBeforeIt(string bad)
    {
        using var output = new MemoryStream();
        using var input = new MemoryStream(Encoding.UTF8.GetBytes($"\"ab\"\n{bad}\n\"ab\"\n"));

        var exception = Assert.Throws<UserErrorException>(() => TokenizeCommand.EncodeLines(_tokenizer, false, false, input, output));

        Assert.Equal("line 2", exception.Errors.Single().Field);
        Assert.Equal("[2]\n", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Theory]
    [InlineData("[1,")]
    [InlineData("[-1]")]
    [InlineData("[1.5]")]
    [InlineData("[\"a\"]")]
    [InlineData("[[1]]")]
    [InlineData("{}")]
    [InlineData("[1] [2]")]
    public void DecodeLines_BadLine_IsNamed(string bad)
    {
        var exception = Assert.Throws<UserErrorException>(() => Decode(bad, skipsSpecial: false));

        Assert.Equal("line 1", exception.Errors.Single().Field);
    }

    [Fact]
    public void EncodeLines_LineLongerThanTheBuffer_IsRead()
    {
        var text = string.Concat(Enumerable.Repeat("ab", 300_000));

        Assert.Equal(300_000, Encode($"\"{text}\"\n").Split(',').Length);
    }

    private string Encode(string lines, bool addsSpecial = false, bool isPlain = false)
    {
        using var output = new MemoryStream();
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(lines));
        TokenizeCommand.EncodeLines(_tokenizer, addsSpecial, isPlain, input, output);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private string Decode(string lines, bool skipsSpecial)
    {
        using var output = new MemoryStream();
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(lines));
        TokenizeCommand.DecodeLines(_tokenizer, skipsSpecial, input, output);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
