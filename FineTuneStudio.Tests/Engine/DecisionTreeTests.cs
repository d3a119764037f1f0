using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Engine;

public sealed class DecisionTreeTests
{
    private static readonly Dictionary<string, string> NoAnswers = [];

    [Fact]
    public void Questions_EveryChoice_LeadsSomewhere()
    {
        var nodes = DecisionTree.Questions.Select(question => question.Id).Concat(DecisionTree.Outcomes.Select(outcome => outcome.Id)).ToList();

        Assert.All(DecisionTree.Questions.SelectMany(question => question.Choices), choice => Assert.Contains(choice.Next, nodes));
        Assert.Equal(nodes.Count, nodes.Distinct().Count());
    }

    [Fact]
    public void Outcomes_WhatDoesNotExist_SaysWhatToDoMeanwhile()
        => Assert.All(DecisionTree.Outcomes, outcome => Assert.Equal(outcome.Exists, outcome.Meanwhile.Length == 0));

    [Fact]
    public void Advise_WithoutDataset_StopsAtTheFirstQuestion()
    {
        var advice = DecisionTree.Advise(null, NoAnswers);

        Assert.Equal(DecisionTree.Labels, Assert.Single(advice.Steps).Question.Id);
        Assert.Null(advice.Outcome);
    }

    [Fact]
    public void Advise_ThousandsOfLabels_IsSftByTheDatasetAlone()
    {
        var advice = DecisionTree.Advise(Report(10_003, AnswerKind.Label), NoAnswers);

        Assert.Equal(["yes", "thousands"], advice.Steps.Select(step => step.Choice!.Id));
        Assert.Equal(TrainingMethod.Sft, advice.Outcome!.Method);
        Assert.Contains("10,003", advice.Steps[1].Evidence!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500, AnswerKind.Label, "hundreds", "sft")]
    [InlineData(500, AnswerKind.MarkedResult, "hundreds", "rft")]
    [InlineData(50, AnswerKind.Number, "few", "rft")]
    public void Advise_FewerRows_DependsOnReasoning(int rows, AnswerKind kind, string amount, string outcome)
    {
        var advice = DecisionTree.Advise(Report(rows, kind), NoAnswers);

        Assert.Equal((amount, outcome), (advice.Steps[1].Choice!.Id, advice.Outcome!.Id));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(5000)]
    public void Advise_PromptsWithTheirResultBeside_IsRftByTheDatasetAlone(int rows)
    {
        var report = new DatasetReport { File = "prompts.jsonl", Method = TrainingMethod.Rft, Rows = rows, GoodRows = rows, PromptOnlyRows = rows, OtherFields = [new FieldCount("answer", rows)] };

        var advice = DecisionTree.Advise(report, NoAnswers);

        Assert.Equal(["no", "yes"], advice.Steps.Select(step => step.Choice!.Id));
        Assert.Equal(TrainingMethod.Rft, advice.Outcome!.Method);
        Assert.Empty(advice.Notes);
    }

    [Fact]
    public void Advise_PromptsAlone_LeavesToThePersonWhetherAProgramCanCheck()
    {
        var report = new DatasetReport { File = "prompts.jsonl", Method = TrainingMethod.Rft, Rows = 200, GoodRows = 200, PromptOnlyRows = 200 };

        var advice = DecisionTree.Advise(report, NoAnswers);

        Assert.Equal(DecisionTree.Verifiable, advice.Steps[^1].Question.Id);
        Assert.Null(advice.Outcome);
    }

    [Fact]
    public void Advise_FreeText_LeavesReasoningToThePerson()
    {
        var advice = DecisionTree.Advise(Report(500, AnswerKind.LongText), NoAnswers);

        Assert.Null(advice.Outcome);
        Assert.Equal(DecisionTree.Reasoning, advice.Steps[^1].Question.Id);
    }

    [Fact]
    public void Advise_PersonsAnswer_WinsOverTheDatasets()
    {
        var advice = DecisionTree.Advise(Report(10_003, AnswerKind.LongText), new Dictionary<string, string> { [DecisionTree.Labels] = "no", [DecisionTree.Verifiable] = "no" });

        Assert.Equal("judge", advice.Outcome!.Id);
        Assert.All(advice.Steps, step => Assert.True(step.ByPerson));
        Assert.Equal("yes", advice.Steps[0].Evidence!.Choice);
    }

    [Fact]
    public void Advise_PreferencePairs_AreNoLabelsAndSaySo()
    {
        var report = new DatasetReport { File = "pairs.jsonl", Format = DatasetFormat.Preference, Rows = 300 };

        var advice = DecisionTree.Advise(report, NoAnswers);

        Assert.Equal("no", advice.Steps[0].Choice!.Id);
        Assert.Contains(advice.Notes, note => note.Contains("DPO", StringComparison.Ordinal));
    }

    [Fact]
    public void Advise_UnknownAnswer_IsADefect()
        => Assert.Throws<ArgumentException>(() => DecisionTree.Advise(null, new Dictionary<string, string> { [DecisionTree.Labels] = "perhaps" }));

    private static DatasetReport Report(int rows, AnswerKind kind) => new()
    {
        File = "rows.jsonl",
        Format = DatasetFormat.OpenAiChat,
        Rows = rows,
        GoodRows = rows,
        DistinctPrompts = rows,
        Answers = new AnswerStatistics { Kind = kind, Rows = rows, Distinct = 77, MarkedResultShare = kind == AnswerKind.MarkedResult ? 1 : 0 },
    };
}
