using FineTuneStudio.Engine.Generation;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Generation;

public sealed class StopScannerTests
{
    [Theory]
    [InlineData("one END two", "one ", "END")]
    [InlineData("aab", "", "aab")]
    [InlineData("aaab", "a", "aab")]
    [InlineData("x</b></a>", "x", "</a>", "</b>")]
    [InlineData("nothing here EN", "nothing here EN", "END")]
    public void Push_InPiecesOfAnySize_GivesBackWhatIsBeforeTheFirst(string text, string expected, params string[] stops)
    {
        for (var size = 1; size <= text.Length; size++)
        {
            var scanner = new StopScanner(stops);
            var given = string.Concat(text.Chunk(size).Select(piece => scanner.Push(new string(piece)))) + scanner.Finish();

            Assert.Equal(expected, given);
            Assert.Equal(expected != text, scanner.IsFound);
        }
    }

    [Fact]
    public void Push_WhatMayBeginAStop_IsHeldBackAndNothingElse()
    {
        var scanner = new StopScanner(["###"]);

        Assert.Equal("a#b", scanner.Push("a#b##"));
        Assert.Equal("##c", scanner.Push("c"));
    }
}
