using System.Globalization;
using System.Text.Json;
using FineTuneStudio.Engine.Pretraining.Text;
using FineTuneStudio.Tests.Support;
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

    [Theory]
    [InlineData("word-problems.jsonl")]
    [InlineData("support-intents.jsonl")]
    public void Documents_Many_HoldNoQuestionOfTheSamples(string sample)
    {
        var asked = File.ReadLines(Path.Combine(Repository.Root, "samples", sample)).Select(Question).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var text = new PretrainingText(1);

        var said = Enumerable.Range(0, 10_000).SelectMany(number => text.Document(number)).Where(message => message.Role == "user").Select(message => message.Content);

        Assert.NotEmpty(asked);
        Assert.DoesNotContain(said, asked.Contains);
    }

    [Fact]
    public void Problems_Many_EndInWhatTheirStepsComeTo()
    {
        var problems = new WordProblemWriter(Grammar.Load("words"));
        for (var number = 0; number < 2_000; number++)
        {
            var (question, answer) = problems.Write(new TextRandom(1, number));
            var lines = answer.Split('\n');
            Assert.EndsWith("?", question, StringComparison.Ordinal);
            Assert.All(lines[..^1], line => Assert.Equal(Calculated(line.Split(' ')), line.Split(' ')[4]));
            Assert.Equal($"#### {lines[^2].Split(' ')[4]}", lines[^1]);
        }
    }

    [Fact]
    public void Line_AnyDocument_IsARowInChatFormat()
    {
        using var row = JsonDocument.Parse(new PretrainingText(3).Line(5));
        Assert.NotEqual("", row.RootElement.GetProperty("messages")[0].GetProperty("content").GetString());
    }

    private static string Question(string line)
    {
        using var row = JsonDocument.Parse(line);
        return row.RootElement.GetProperty("messages").EnumerateArray().First(message => message.GetProperty("role").GetString() == "user").GetProperty("content").GetString()!;
    }

    private static string Calculated(string[] step)
    {
        var (left, right) = (int.Parse(step[0], CultureInfo.InvariantCulture), int.Parse(step[2], CultureInfo.InvariantCulture));
        var result = step[1] switch
        {
            "+" => left + right,
            "-" => left - right,
            "*" => left * right,
            _ => left % right == 0 ? left / right : throw new InvalidOperationException($"{left} is no multiple of {right}."),
        };
        return result.ToString(CultureInfo.InvariantCulture);
    }
}
