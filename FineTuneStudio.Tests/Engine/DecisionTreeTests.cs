using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine;

public sealed class DecisionTreeTests
{
    private static readonly Dictionary<string, string> NoAnswers = [];

    private static readonly ReinforcementForecast Hopeless = FakeReinforcement.Forecast with { Reward = 0, BestReward = 0.01, ZeroVarianceShare = 0.98 };

    [Fact]
    public void Questions_EveryChoice_LeadsSomewhere()
    {
        var nodes = DecisionTree.Questions.Select(question => question.Id).Concat(DecisionTree.Outcomes.Select(outcome => outcome.Id)).ToList();

        Assert.All(DecisionTree.Questions.SelectMany(question => question.Choices), choice => Assert.Contains(choice.Next, nodes));
        Assert.Equal(nodes.Count, nodes.Distinct().Count());
    }

    [Fact]
    public void Outcomes_OnlyTheJudge_NeedsOne()
        => Assert.Equal("judge", Assert.Single(DecisionTree.Outcomes, outcome => outcome.NeedsJudge).Id);

    [Fact]
    public void Advise_WithoutDataset_StopsAtTheFirstQuestion()
    {
        var advice = DecisionTree.Advise(null, null, NoAnswers);

        Assert.Equal(DecisionTree.Labels, Assert.Single(advice.Steps).Question.Id);
        Assert.Null(advice.Outcome);
    }

    [Fact]
    public void Advise_ThousandsOfLabels_IsSftByTheDatasetAlone()
    {
        var advice = DecisionTree.Advise(Report(10_003, AnswerKind.Label), null, NoAnswers);

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
        var advice = DecisionTree.Advise(Report(rows, kind), null, NoAnswers);

        Assert.Equal((amount, outcome), (advice.Steps[1].Choice!.Id, advice.Outcome!.Id));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(5000)]
    public void Advise_PromptsWithTheirResultBeside_IsRftByTheDatasetAlone(int rows)
    {
        var report = new DatasetReport { File = "prompts.jsonl", Method = TrainingMethod.Rft, Rows = rows, GoodRows = rows, PromptOnlyRows = rows, OtherFields = [new FieldCount("answer", rows)] };

        var advice = DecisionTree.Advise(report, null, NoAnswers);

        Assert.Equal(["no", "yes", "some"], advice.Steps.Select(step => step.Choice!.Id));
        Assert.Equal(EvidenceSource.Assumption, advice.Steps[^1].Evidence!.Source);
        Assert.Equal(TrainingMethod.Rft, advice.Outcome!.Method);
        Assert.Empty(advice.Notes);
    }

    [Fact]
    public void Advise_PromptsAlone_LeavesToThePersonWhetherAProgramCanCheck()
    {
        var report = new DatasetReport { File = "prompts.jsonl", Method = TrainingMethod.Rft, Rows = 200, GoodRows = 200, PromptOnlyRows = 200 };

        var advice = DecisionTree.Advise(report, null, NoAnswers);

        Assert.Equal(DecisionTree.Verifiable, advice.Steps[^1].Question.Id);
        Assert.Null(advice.Outcome);
    }

    [Fact]
    public void Advise_PromptsCheckedForAnswers_BeginAtReinforcementAllTheSame()
    {
        var report = new DatasetReport { File = "prompts.jsonl", Method = TrainingMethod.Sft, Rows = 5000, BadRows = 5000, PromptOnlyRows = 5000, OtherFields = [new FieldCount("answer", 5000)] };

        var advice = DecisionTree.Advise(report, null, NoAnswers);

        Assert.Equal(["no", "yes", "some"], advice.Steps.Select(step => step.Choice!.Id));
    }

    [Fact]
    public void Advise_ForecastThatLearns_SaysWhatWasMeasured()
    {
        var advice = DecisionTree.Advise(Report(500, AnswerKind.MarkedResult), FakeReinforcement.Forecast, NoAnswers);

        Assert.Equal("rft", advice.Outcome!.Id);
        var evidence = advice.Steps[^1].Evidence!;
        Assert.Equal((DecisionTree.Trying, EvidenceSource.Forecast, true), (evidence.Question, evidence.Source, evidence.Certain));
        Assert.Contains("one answer earns 0.31 in the mean (pass@1), the best of 8 0.78 (pass@8); 28 % of the groups teach nothing", evidence.Reason.Replace('\u00a0', ' '), StringComparison.Ordinal);
    }

    [Fact]
    public void Advise_ForecastWithHardlyAnyRight_IsSftFirst()
    {
        var advice = DecisionTree.Advise(Report(500, AnswerKind.MarkedResult), Hopeless, NoAnswers);

        Assert.Equal("sft", advice.Outcome!.Id);
        Assert.Contains("SFT", advice.Steps[^1].Evidence!.Reason, StringComparison.Ordinal);
        Assert.Empty(advice.Notes);
    }

    [Fact]
    public void Advise_HardlyAnyRightAndNoAnswersToLearn_SaysTheWayOut()
    {
        var report = new DatasetReport { File = "prompts.jsonl", Method = TrainingMethod.Rft, Rows = 200, GoodRows = 200, PromptOnlyRows = 200, OtherFields = [new FieldCount("answer", 200)] };

        var advice = DecisionTree.Advise(report, Hopeless, NoAnswers);

        Assert.Equal("sft", advice.Outcome!.Id);
        Assert.Contains("no answers to learn from", Assert.Single(advice.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Advise_ForecastWhoseGraderFails_TellsNothing()
    {
        var advice = DecisionTree.Advise(Report(500, AnswerKind.MarkedResult), FakeReinforcement.Forecast with { UngradedShare = 1, FirstError = "No judge." }, NoAnswers);

        Assert.Equal(("rft", EvidenceSource.Assumption), (advice.Outcome!.Id, advice.Steps[^1].Evidence!.Source));
        Assert.Contains("No judge.", advice.Steps[^1].Evidence!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Advise_FreeText_LeavesReasoningToThePerson()
    {
        var advice = DecisionTree.Advise(Report(500, AnswerKind.LongText), null, NoAnswers);

        Assert.Null(advice.Outcome);
        Assert.Equal(DecisionTree.Reasoning, advice.Steps[^1].Question.Id);
    }

    [Fact]
    public void Advise_PersonsAnswer_WinsOverTheDatasets()
    {
        var advice = DecisionTree.Advise(Report(10_003, AnswerKind.LongText), null, new Dictionary<string, string> { [DecisionTree.Labels] = "no", [DecisionTree.Verifiable] = "no" });

        Assert.Equal("judge", advice.Outcome!.Id);
        Assert.All(advice.Steps, step => Assert.True(step.ByPerson));
        Assert.Equal("yes", advice.Steps[0].Evidence!.Choice);
    }

    [Fact]
    public void Advise_PreferencePairs_AreNoLabelsAndSaySo()
    {
        var report = new DatasetReport { File = "pairs.jsonl", Format = DatasetFormat.Preference, Rows = 300 };

        var advice = DecisionTree.Advise(report, null, NoAnswers);

        Assert.Equal("no", advice.Steps[0].Choice!.Id);
        Assert.Contains(advice.Notes, note => note.Contains("DPO", StringComparison.Ordinal));
    }

    [Fact]
    public void Advise_UnknownAnswer_IsADefect()
        => Assert.Throws<ArgumentException>(() => DecisionTree.Advise(null, null, new Dictionary<string, string> { [DecisionTree.Labels] = "perhaps" }));

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
