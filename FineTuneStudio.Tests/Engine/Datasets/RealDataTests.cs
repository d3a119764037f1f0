using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

/// <summary>Public datasets as they are in the world; the numbers are those of their own descriptions.</summary>
public sealed class RealDataTests
{
    [Theory]
    [InlineData("banking77", "train.csv", DatasetFormat.Table, 10_003, 0)]
    [InlineData("banking77", "test.csv", DatasetFormat.Table, 3_080, 0)]
    [InlineData("gsm8k", "train.jsonl", DatasetFormat.QuestionAnswer, 7_473, 0)]
    [InlineData("gsm8k", "test.jsonl", DatasetFormat.QuestionAnswer, 1_319, 0)]
    [InlineData("self-instruct", "seed_tasks.jsonl", DatasetFormat.Alpaca, 175, 0)]
    [InlineData("self-instruct", "user_oriented_instructions.jsonl", DatasetFormat.Alpaca, 252, 0)]
    [InlineData("llamafactory-demo", "identity.json", DatasetFormat.Alpaca, 91, 0)]
    [InlineData("llamafactory-demo", "glaive_toolcall_en_demo.json", DatasetFormat.ShareGpt, 300, 0)]
    [InlineData("llamafactory-demo", "kto_en_demo.json", DatasetFormat.OpenAiChat, 300, 0)]
    [InlineData("llamafactory-demo", "reason_tool_use_demo_50.jsonl", DatasetFormat.TypedParts, 50, 0)]
    public void Check_Conversations_AreAllGood(string set, string file, DatasetFormat format, int rows, int bad)
    {
        using var index = DatasetIndex.Open(SharedData.Data(set, file), new DatasetCheckOptions(), TestContext.Current.CancellationToken);

        Assert.Equal((format, rows, bad), (index.Report.Format, index.Report.Rows, index.Report.BadRows));
        Assert.Equal(rows - bad, index.ReadAll().Count(row => row.LearnWeights.Any(weight => weight > 0)));
    }

    [Theory]
    [InlineData("hh-rlhf", "harmless-base-test.jsonl.gz", 2_312)]
    [InlineData("llamafactory-demo", "dpo_en_demo.json", 300)]
    [InlineData("llamafactory-demo", "v1_dpo_demo.jsonl", 10)]
    public void Check_PreferencePairs_AreRecognised(string set, string file, int rows)
    {
        var report = DatasetChecker.Check(SharedData.Data(set, file), new DatasetCheckOptions(), TestContext.Current.CancellationToken);

        Assert.Equal((DatasetFormat.Preference, rows, false), (report.Format, report.Rows, report.Usable));
    }

    [Fact]
    public void Check_Banking77_KnowsItsLabels()
    {
        var report = DatasetChecker.Check(SharedData.Data("banking77", "train.csv"), new DatasetCheckOptions(), TestContext.Current.CancellationToken);
        var labels = JsonSerializer.Deserialize<string[]>(File.ReadAllText(SharedData.Data("banking77", "categories.json")))!;

        Assert.Equal((AnswerKind.Label, 77L), (report.Answers.Kind, report.Answers.Distinct));
        Assert.Equal(labels.Order(StringComparer.Ordinal), report.Answers.MostFrequent.Select(answer => answer.Answer).Order(StringComparer.Ordinal));
        Assert.Equal((187L, 35L), (report.Answers.MostFrequent[0].Rows, report.Answers.MostFrequent[^1].Rows));
    }

    [Fact]
    public void Read_Banking77_KeepsNewlinesInsideQuotes()
    {
        using var index = DatasetIndex.Open(SharedData.Data("banking77", "train.csv"), new DatasetCheckOptions(), TestContext.Current.CancellationToken);

        Assert.Equal(10, index.ReadAll().Count(row => row.Conversation.Messages[0].GetProperty("content").GetString()!.Contains('\n')));
    }

    [Fact]
    public void Advise_Gsm8k_SeesMarkedResults()
    {
        var report = DatasetChecker.Check(SharedData.Data("gsm8k", "test.jsonl"), new DatasetCheckOptions(), TestContext.Current.CancellationToken);

        Assert.Equal((AnswerKind.MarkedResult, 1.0), (report.Answers.Kind, report.Answers.MarkedResultShare));
        Assert.Contains(DecisionTree.Evidence(report), evidence => evidence is { Question: DecisionTree.Reasoning, Choice: "yes", Certain: true });
    }
}
