using System.Text.Json;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Commands;

/// <summary><c>grade</c>, as the program that it is.</summary>
public sealed class GradeCommandTests : IDisposable
{
    private const string Grader = """{"type":"math","name":"right","reference":"{{item.answer}}"}""";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Grade_EachFormOfARow_GivesScoreReasonOrError()
    {
        var grader = _folder.Write("grader.json", Grader);
        var items = _folder.Write("items.jsonl",
            """
            {"item":{"answer":"1080"},"sample":{"output_text":"1,080"}}

            {"item":{"answer":"7"},"model_sample":"8"}
            {"messages":[{"role":"user","content":"2+2?"},{"role":"assistant","content":"It is 4."}],"answer":"4"}
            {"item":{},"model_sample":"8"}
            """);

        var text = StudioProgram.Run("grade", grader, "--items", items);
        var json = StudioProgram.Run("grade", grader, "--items", items, "--json");

        Assert.True(text.ExitCode == 0, text.Error);
        Assert.Equal(
            [
                "    1  1.000  '1,080' is '1080'.", "    3  0.000  '8' is not '7'.", "    4  1.000  '4' is '4'.", "    5  error  The row has no item.answer: 'answer' is not there.",
                "3 graded: mean 0.667, from 0.000 to 1.000; 1 without a score.",
            ],
            text.Output.TrimEnd().Split('\n'));
        var lines = json.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal([1, 3, 4, 5], lines.Select(line => line.GetProperty("line").GetInt32()));
        Assert.Equal(1, lines[0].GetProperty("score").GetDouble());
        Assert.Equal((JsonValueKind.Null, "invalid_variable"), (lines[3].GetProperty("score").ValueKind, lines[3].GetProperty("error").GetString()));
    }

    [Fact]
    public async Task Grade_JudgeOfTheSettings_IsAskedAndRowsStayInOrder()
    {
        await using var server = await FakeJudgeServer.StartAsync(async (number, context) =>
        {
            await Task.Delay(number == 0 ? 300 : 0);
            await FakeJudgeServer.CompleteAsync(context, "{\"steps\":[],\"result\":1}");
        });
        var grader = _folder.Write("grader.json", """{"type":"score_model","name":"s","model":"m","input":[{"role":"user","content":"{{sample.output_text}}"}]}""");
        var items = _folder.Write("items.jsonl", string.Concat(Enumerable.Range(0, 6).Select(number => $"{{\"model_sample\":\"{number}\"}}\n")));

        var result = await Task.Run(() => StudioProgram.Run([("Judge__BaseAddress", server.BaseAddress)], "grade", grader, "--items", items, "--json"), TestContext.Current.CancellationToken);
        var refused = await Task.Run(() => StudioProgram.Run([("Judge__BaseAddress", server.BaseAddress), ("Judge__AtOnce", "many")], "grade", grader, "--items", items), TestContext.Current.CancellationToken);

        Assert.True(result.ExitCode == 0, result.Error);
        var lines = result.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal([(1, 1.0), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1)], lines.Select(line => (line.GetProperty("line").GetInt32(), line.GetProperty("score").GetDouble())));
        Assert.Equal(6, server.Requests.Count);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("AtOnce", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Grade_FaultsOfTheGrader_AreALineEachAndExitCodeTwo()
    {
        var result = StudioProgram.Run("grade", _folder.Write("grader.json", """{"type":"string_check","name":"x","operation":"neq"}"""), "--items", _folder.Write("items.jsonl", "{}"));

        Assert.Equal(2, result.ExitCode);
        Assert.Equal(3, result.Error.TrimEnd().Split('\n').Length);
        Assert.Contains("grader.json: operation: Found \"neq\"; expected one of eq, ne, like, ilike.", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"text\":1}", "items.jsonl:1: Found an object with text; expected item and sample")]
    [InlineData("[1]", "items.jsonl:1: Found [1]; expected item and sample")]
    [InlineData("{", "items.jsonl:1: This is no JSON")]
    [InlineData("", "The file holds no row")]
    public void Grade_RowThatIsNone_SaysItsLine(string row, string expected)
    {
        var result = StudioProgram.Run("grade", _folder.Write("grader.json", Grader), "--items", _folder.Write("items.jsonl", row));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }
}
