using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

/// <summary>What the project ships and says about datasets holds.</summary>
public sealed partial class SamplesTests
{
    [Theory]
    [InlineData("support-intents.jsonl", 288, AnswerKind.Label)]
    [InlineData("help-desk.jsonl", 640, AnswerKind.Label)]
    [InlineData("product-reviews.csv", 100, AnswerKind.Label)]
    [InlineData("polite-tone.jsonl", 100, AnswerKind.LongText)]
    [InlineData("word-problems.jsonl", 240, AnswerKind.MarkedResult)]
    [InlineData("tool-calls.jsonl", 72, AnswerKind.LongText)]
    public void Sample_AsShipped_HasNoFault(string file, int rows, AnswerKind answers)
    {
        var report = DatasetChecker.Check(Path.Combine(Repository.Root, "samples", file), new DatasetCheckOptions(), TestContext.Current.CancellationToken);

        Assert.Empty(report.Faults);
        Assert.Equal((rows, answers), (report.GoodRows, report.Answers.Kind));
    }

    [Fact]
    public void Arithmetic_ForRft_HasPromptsWithAnswersThatItsGraderTellsFromWrongOnes()
    {
        using var index = DatasetIndex.Open(
            Path.Combine(Repository.Root, "samples", "arithmetic.jsonl"), new DatasetCheckOptions { Method = TrainingMethod.Rft }, TestContext.Current.CancellationToken);
        var source = Path.Combine(Repository.Root, "samples", "arithmetic-grader.json");
        using var grader = Grader.Parse(File.ReadAllText(source), source);

        Assert.Empty(index.Report.Faults);
        Assert.Equal((400, 400), (index.Count, index.Report.DistinctPrompts));
        Assert.All(index.ReadAll(), row =>
        {
            var result = Calculate(row.Conversation.Messages[0].GetProperty("content").GetString()!);
            var item = index.ReadItem(row.Index);
            Assert.Equal(1, grader.Evaluate(new GradedSample(item, $"{result}"), TestContext.Current.CancellationToken).Score);
            Assert.Equal(0, grader.Evaluate(new GradedSample(item, $"{result + 10}"), TestContext.Current.CancellationToken).Score);
        });
    }

    [Fact]
    public void Documentation_EveryFaultKind_IsDescribedWithItsSeverity()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "datasets.md"));

        Assert.All(Enum.GetValues<DatasetFaultKind>(), kind =>
        {
            var name = JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());
            var severity = FineTuneStudio.Engine.Datasets.Rows.FaultKinds.SeverityOf(kind) == FaultSeverity.Error ? "error" : "warning";
            Assert.Contains($"| `{name}` | {severity} |", text, StringComparison.Ordinal);
        });
    }

    private static int Calculate(string question)
    {
        var parts = Exercise().Match(question).Groups;
        var (left, right) = (int.Parse(parts[1].Value, CultureInfo.InvariantCulture), int.Parse(parts[3].Value, CultureInfo.InvariantCulture));
        return parts[2].Value switch
        {
            "+" or "plus" => left + right,
            "-" or "minus" => left - right,
            _ => left * right,
        };
    }

    [GeneratedRegex(@"(\d+) (\+|-|\*|plus|minus|times) (\d+)")]
    private static partial Regex Exercise();
}
