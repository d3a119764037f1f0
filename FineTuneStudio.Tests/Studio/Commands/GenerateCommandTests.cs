using System.Text.Json;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Commands;

/// <summary><c>generate</c>, as the program that it is.</summary>
public sealed class GenerateCommandTests
{
    private const string Ask = """[{"role":"user","content":"one"}]""";
    private const string AskMore = """{"messages":[{"role":"system","content":"be short"},{"role":"user","content":"two"}]}""";

    private static string[] Arguments => ["generate", "--model", SharedData.Golden("models", "llama"), "--precision", "fp32", "--temperature", "0", "--max-tokens", "6"];

    [Fact]
    public void Generate_SeveralLines_AreAnsweredInOrderAsEachAlone()
    {
        var together = StudioProgram.Run($"{Ask}\n{AskMore}\n{Ask}", [.. Arguments, "--json"]);

        Assert.True(together.ExitCode == 0, together.Error);
        var answers = together.Output.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(3, answers.Count);
        Assert.Equal(answers[0].GetRawText(), answers[2].GetRawText());
        Assert.All(answers, answer => Assert.InRange(answer.GetProperty("tokens").GetInt32(), 1, 6));
        Assert.Equal(answers[1].GetRawText(), StudioProgram.Run(AskMore, [.. Arguments, "--json"]).Output.TrimEnd('\n'));
    }

    [Theory]
    [InlineData("{\"no\":1}", "Write an array of messages")]
    [InlineData("nonsense", "This is no JSON")]
    public void Generate_LineThatIsNoConversation_IsNamedAfterTheAnswersBeforeIt(string line, string message)
    {
        var result = StudioProgram.Run($"{Ask}\n{line}\n{Ask}\n", [.. Arguments, "--json"]);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("studio: line 2: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Output.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void Generate_ConversationLongerThanTheModelReads_IsNamedByItsLine()
    {
        var result = StudioProgram.Run($$"""[{"role":"user","content":"{{new string('x', 2000)}}"}]""", Arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("studio: line 1: It has ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_ProgramThatWaitsForEachAnswer_GetsItAtOnce()
    {
        using var process = StudioProgram.Start([.. Arguments, "--json"]);
        for (var turn = 0; turn < 2; turn++)
        {
            await process.StandardInput.WriteAsync(Ask + "\n");
            await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            Assert.StartsWith("{", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        Assert.Equal(0, StudioProgram.Finish(process).ExitCode);
    }
}
