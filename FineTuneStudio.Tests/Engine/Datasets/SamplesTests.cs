using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

/// <summary>What the project ships and says about datasets holds.</summary>
public sealed class SamplesTests
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
}
