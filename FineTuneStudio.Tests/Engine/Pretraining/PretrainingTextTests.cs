using System.Text.Json;
using FineTuneStudio.Engine.Pretraining.Text;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Pretraining;

public sealed class PretrainingTextTests
{
    [Fact]
    public void Document_OfTheSameSeedAndNumber_IsTheSame()
        => Assert.Equal(new PretrainingText(1).Line(77), new PretrainingText(1).Line(77));

    [Fact]
    public void Documents_Many_AreConversationsWithoutGrammarLeftInThem()
    {
        var text = new PretrainingText(1);
        for (var number = 0; number < 2_000; number++)
        {
            var document = text.Document(number);
            Assert.Equal("assistant", document[^1].Role);
            Assert.All(document, message =>
            {
                Assert.NotEqual("", message.Content);
                Assert.DoesNotContain(message.Content, character => character is '{' or '}' or '[' or ']' or '|' or '%');
                Assert.DoesNotContain("  ", message.Content, StringComparison.Ordinal);
            });
        }
    }

    [Fact]
    public void Documents_Many_AreAlmostAllDifferent()
    {
        var text = new PretrainingText(1);
        var lines = Enumerable.Range(0, 5_000).Select(number => text.Line(number)).ToHashSet();
        Assert.InRange(lines.Count, 4_600, 5_000);
    }

    [Fact]
    public void Line_AnyDocument_IsARowInChatFormat()
    {
        using var row = JsonDocument.Parse(new PretrainingText(3).Line(5));
        Assert.NotEqual("", row.RootElement.GetProperty("messages")[0].GetProperty("content").GetString());
    }
}
