using System.Globalization;
using FineTuneStudio.Engine.Contracts.Reinforcement;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>Supervised or reinforcement fine-tuning? The questions as data, and the walk through them.</summary>
/// <remarks>
/// The questions follow Fireworks' published guidance (docs.fireworks.ai, "When to use SFT vs. RFT"): above a thousand labelled rows
/// SFT; below, RFT where reasoning helps; without labels RFT where an answer can be checked, else a judge. Whether RFT has something to
/// learn from is measured: a forecast of the run answers that question.
/// </remarks>
public static class DecisionTree
{
    /// <summary>Question: is there a right answer to each prompt?</summary>
    public const string Labels = "labels";

    /// <summary>Question: how many labelled rows?</summary>
    public const string Amount = "amount";

    /// <summary>Question: does thinking before answering help?</summary>
    public const string Reasoning = "reasoning";

    /// <summary>Question: can a program check an answer?</summary>
    public const string Verifiable = "verifiable";

    /// <summary>Question: does the model find some right answers by itself?</summary>
    public const string Trying = "trying";

    private static readonly DecisionOutcome Sft = new(
        "sft", "Supervised fine-tuning (SFT)",
        "The model learns to answer as your examples do: the straight way wherever good answers exist.", TrainingMethod.Sft);

    private static readonly DecisionOutcome Rft = new(
        "rft", "Reinforcement fine-tuning (RFT)",
        "The model tries answers itself, a grader scores them, and what scores well is reinforced: it finds its own way to the result, and few prompts go far. Where there are answers, SFT on them first is a good start: RFT goes on from its adapter.",
        TrainingMethod.Rft);

    private static readonly DecisionOutcome Judge = new(
        "judge", "RFT with an LLM as judge",
        "Nothing can check an answer but judgement: another model, the judge, reads each answer and scores it by what you write in the grader below. It can be fooled, so read the answers while the model learns.",
        TrainingMethod.Rft)
    { NeedsJudge = true };

    /// <summary>Id of the first question.</summary>
    public static string Root => Labels;

    /// <summary>All questions, in the order they are drawn.</summary>
    public static IReadOnlyList<DecisionQuestion> Questions { get; } =
    [
        new(Labels, "Do you have labelled ground truth?",
            "For each prompt, an answer that you would want the model to give: a label, a number, a text written by someone who knows.",
            [new("yes", "Yes", Amount), new("no", "No", Verifiable)]),
        new(Amount, "How much of it?",
            "Different rows count; the same row twice teaches little.",
            [new("thousands", "More than 1000", "sft"), new("hundreds", "100 to 1000", Reasoning), new("few", "About 100 or fewer", Reasoning)]),
        new(Reasoning, "Does reasoning help?",
            "Would a person think in steps before answering (mathematics, code, planning), rather than know the answer at once (labels, tone, format)?",
            [new("yes", "Yes", Trying), new("no", "No", "sft")]),
        new(Verifiable, "Is the task verifiable?",
            "Can a program tell a good answer from a bad one: a number to compare, tests to run, JSON to validate, a game to win?",
            [new("yes", "Yes", Trying), new("no", "No", "judge")]),
        new(Trying, "Does it get some right already?",
            "Reinforcement makes the better of the model's own answers likelier: where hardly any is right there is nothing to make likelier, and examples come first.",
            [new("some", "Some", "rft"), new("none", "Hardly any", "sft")]),
    ];

    /// <summary>All outcomes.</summary>
    public static IReadOnlyList<DecisionOutcome> Outcomes { get; } = [Sft, Rft, Judge];

    /// <summary>Walks the tree: a person's answers count first, then what the dataset and the forecast say; ends at an outcome or the first open question.</summary>
    /// <param name="report">The dataset; <see langword="null"/> where there is none yet.</param>
    /// <param name="forecast">What the model makes of the dataset's prompts; <see langword="null"/> where it was not measured.</param>
    /// <param name="answers">Answers a person gave, choice by question.</param>
    /// <exception cref="ArgumentException">An answer names a choice that its question does not have.</exception>
    public static MethodAdvice Advise(DatasetReport? report, ReinforcementForecast? forecast, IReadOnlyDictionary<string, string> answers)
    {
        List<DecisionEvidence> evidence = [.. report is null ? [] : Evidence(report), EvidenceOf(forecast)];
        var steps = new List<DecisionStep>();
        var node = Root;
        while (Questions.FirstOrDefault(question => question.Id == node) is { } question)
        {
            var known = evidence.FirstOrDefault(item => item.Question == node);
            var byPerson = answers.TryGetValue(node, out var answer);
            var wanted = byPerson ? answer : known?.Choice;
            var choice = question.Choices.FirstOrDefault(candidate => candidate.Id == wanted);
            if (choice is null && byPerson)
            {
                throw new ArgumentException($"The question {node} has no answer {answer}.", nameof(answers));
            }

            steps.Add(new DecisionStep(question, choice, known, byPerson));
            if (choice is null)
            {
                return new MethodAdvice(steps, null, Notes(report, null));
            }

            node = choice.Next;
        }

        var end = Outcomes.Single(outcome => outcome.Id == node);
        return new MethodAdvice(steps, end, Notes(report, end));
    }

    /// <summary>The answers that a dataset gives, with their reasons.</summary>
    public static IReadOnlyList<DecisionEvidence> Evidence(DatasetReport report)
    {
        var evidence = new List<DecisionEvidence>();
        AddLabels(report, evidence);
        AddAmount(report, evidence);
        AddReasoning(report, evidence);
        AddVerifiable(report, evidence);
        return evidence;
    }

    private static void AddLabels(DatasetReport report, List<DecisionEvidence> evidence)
    {
        if (report.Format == DatasetFormat.Preference)
        {
            evidence.Add(new(Labels, "no", $"The {N(report.Rows)} rows are pairs of a preferred and a rejected answer: they say which is better, not what is right.", Certain: false));
        }
        else if (report.Method == TrainingMethod.Rft && report.GoodRows > 0)
        {
            evidence.Add(new(Labels, "no", $"The {N(report.GoodRows)} rows are prompts: {(report.Answers.Rows > 0 ? "their own answers are for a grader, not to be learnt" : "there is no answer in them to learn from")}.", Certain: true));
        }
        else if (report.GoodRows > 0)
        {
            evidence.Add(new(Labels, "yes", $"{N(report.GoodRows)} of {N(report.Rows)} rows have an assistant message to learn from{DescribeAnswers(report.Answers)}.", Certain: true));
        }
        else if (report.PromptOnlyRows > 0)
        {
            evidence.Add(new(Labels, "no", $"{N(report.PromptOnlyRows)} rows are prompts without an assistant message: what stands beside them is for a grader.", Certain: true));
        }
    }

    private static void AddAmount(DatasetReport report, List<DecisionEvidence> evidence)
    {
        // Duplicates teach little.
        var rows = report.GoodRows - report.DuplicateRows;
        if (rows > 0)
        {
            var duplicates = report.DuplicateRows > 0 ? $" ({N(report.GoodRows)} less {N(report.DuplicateRows)} duplicates)" : "";
            evidence.Add(new(Amount, rows > 1000 ? "thousands" : rows > 100 ? "hundreds" : "few", $"There are {N(rows)} different good rows{duplicates}.", Certain: true));
        }
    }

    private static void AddReasoning(DatasetReport report, List<DecisionEvidence> evidence)
    {
        var answers = report.Answers;
        switch (answers.Kind)
        {
            case AnswerKind.Label:
                evidence.Add(new(Reasoning, "no", $"The answers are {N(answers.Distinct)} short values that repeat: labels, known at once.", Certain: false));
                break;
            case AnswerKind.MarkedResult:
                evidence.Add(new(Reasoning, "yes", $"{P(answers.MarkedResultShare)} of the answers are steps that end in a marked result.", Certain: true));
                break;
            case AnswerKind.Number:
                evidence.Add(new(Reasoning, "yes", $"{P(answers.NumberShare)} of the answers are numbers, which are mostly worked out.", Certain: false));
                break;
            case AnswerKind.Code:
                evidence.Add(new(Reasoning, "yes", $"{P(answers.CodeShare)} of the answers hold program code.", Certain: false));
                break;
            default:
                if (answers.ReasoningShare >= 0.2)
                {
                    evidence.Add(new(Reasoning, "yes", $"{P(answers.ReasoningShare)} of the answers have their reasoning written out.", Certain: true));
                }

                break;
        }
    }

    private static void AddVerifiable(DatasetReport report, List<DecisionEvidence> evidence)
    {
        var answers = report.Answers;
        var reason = answers.Kind switch
        {
            AnswerKind.Label => $"The answers are {N(answers.Distinct)} labels: equal or not.",
            AnswerKind.Number => "The answers are numbers: equal or not.",
            AnswerKind.MarkedResult => "The answers end in a marked result that can be compared.",
            AnswerKind.Json => "The answers are JSON: fields can be compared.",
            AnswerKind.ToolCall => "The answers are tool calls: name and arguments can be compared.",
            AnswerKind.Code => "The answers hold program code: tests can run it.",
            _ => null,
        };
        if (reason is null && (report.Method == TrainingMethod.Rft || report.GoodRows == 0) && TruthOf(report) is { } truth)
        {
            evidence.Add(new(Verifiable, "yes", $"{N(truth.Rows)} rows say in their field {truth.Name} what is right: an answer can be compared with it.", Certain: false));
        }
        else if (reason is not null)
        {
            evidence.Add(new(Verifiable, "yes", reason, Certain: answers.Kind is AnswerKind.Label or AnswerKind.Number or AnswerKind.MarkedResult));
        }
        else if (answers.Kind == AnswerKind.LongText)
        {
            evidence.Add(new(Verifiable, "no", $"The answers are free text of {N(report.AnswerCharacters?.Median ?? 0)} characters (median): no program can compare them.", Certain: false));
        }
    }

    /// <summary>What answering some prompts told; without it the tree takes it that there is something to learn from.</summary>
    private static DecisionEvidence EvidenceOf(ReinforcementForecast? forecast)
    {
        if (forecast is null)
        {
            return new(Trying, "some", "Not measured yet: taken as given until you let the model try.", Certain: false) { Source = EvidenceSource.Assumption };
        }

        if (forecast.Verdict is ForecastVerdict.GraderFails or ForecastVerdict.CutShort)
        {
            return new(Trying, "some", $"The measurement does not tell yet. {forecast.Sentence}", Certain: false) { Source = EvidenceSource.Assumption };
        }

        var figures = $"Of {N(forecast.Prompts)} of your prompts, one answer earns {R(forecast.Reward)} in the mean (pass@1), the best of {N(forecast.Answers)} {R(forecast.BestReward)} (pass@{N(forecast.Answers)}); {P(forecast.ZeroVarianceShare)} of the groups teach nothing.";
        var isHopeless = forecast.Verdict == ForecastVerdict.TooHard;
        return new(Trying, isHopeless ? "none" : "some", forecast.Verdict == ForecastVerdict.Learns ? figures : $"{figures} {forecast.Sentence}", Certain: isHopeless || forecast.Verdict == ForecastVerdict.Learns)
        {
            Source = EvidenceSource.Forecast,
        };
    }

    /// <summary>The field beside the conversation that says what is right, by its name.</summary>
    private static FieldCount? TruthOf(DatasetReport report)
        => report.OtherFields.FirstOrDefault(field => field.Name is "ground_truth" or "answer" or "expected_answer" or "label" or "solution");

    private static List<string> Notes(DatasetReport? report, DecisionOutcome? end)
    {
        var notes = new List<string>();
        if (report is null)
        {
            return notes;
        }

        if (report.Format == DatasetFormat.Preference)
        {
            notes.Add("Pairs of answers are what preference training (DPO, ORPO) learns from. It does not exist here yet; for SFT, keep the preferred answer of each pair.");
        }

        if (end?.Method == TrainingMethod.Sft && (report.Method == TrainingMethod.Rft || report.GoodRows == 0) && report.PromptOnlyRows > 0)
        {
            notes.Add("These rows have no answers to learn from: write good answers to some hundred of them, or stay with reinforcement and take easier prompts or a grader that gives points for parts of a right answer.");
        }

        if (report.FaultCounts.Any(count => count.Kind == DatasetFaultKind.FeedbackLabel))
        {
            notes.Add("Rows carry a true/false label. SFT learns every answer: keep the rows with label true.");
        }

        if (report.Method == TrainingMethod.Sft && report.GoodRows is > 0 and < 100)
        {
            notes.Add($"{N(report.GoodRows)} rows are few: expect the style to change, not the knowledge. 1000 or more are recommended for quality.");
        }

        if (report.GoodRows > 0 && report.DistinctPrompts > 0 && report.DistinctPrompts * 2 < report.GoodRows - report.DuplicateRows)
        {
            notes.Add($"There are only {N(report.DistinctPrompts)} different prompts in {N(report.GoodRows)} rows: the same prompt has several answers.");
        }

        return notes;
    }

    private static string DescribeAnswers(AnswerStatistics answers) => answers.Kind switch
    {
        AnswerKind.Label => $", {N(answers.Distinct)} different labels in all",
        AnswerKind.Number => ", mostly numbers",
        AnswerKind.MarkedResult => ", mostly ending in a marked result",
        AnswerKind.Json => ", mostly JSON",
        AnswerKind.ToolCall => ", mostly tool calls",
        AnswerKind.Code => ", mostly with code",
        AnswerKind.ShortText => ", mostly a few words",
        AnswerKind.LongText => ", mostly free text",
        _ => "",
    };

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string R(double reward) => reward.ToString("0.##", CultureInfo.InvariantCulture);

    private static string P(double share) => share.ToString("P0", CultureInfo.InvariantCulture);
}
