using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Reinforcement;

namespace FineTuneStudio.Tests.Support;

/// <summary>What a reinforcement run that goes well tells of itself, the same each time.</summary>
internal static class FakeReinforcement
{
    /// <summary>A grader of two parts.</summary>
    public static GraderDefinition Grader { get; } = new("""
        {"type":"multi","name":"right and short","graders":{"right":{"type":"math","name":"right","reference":"{{item.answer}}"},"short":{"type":"length","name":"short","max":80}},"calculate_output":"0.9 * right + 0.1 * short"}
        """);

    public static double Reward(int step) => 0.9 - (0.7 * Math.Exp(-step / 25.0)) + (0.03 * Math.Sin(step * 1.3));

    public static double HeldOut(int step) => 0.85 - (0.7 * Math.Exp(-step / 30.0));

    /// <summary>A function that the model may call.</summary>
    public static ToolOptions Tools { get; } = new() { Source = "def add(a: int, b: int):\n    \"The sum of two numbers.\"\n    return a + b" };

    /// <summary>How the answers of a step called it.</summary>
    public static ToolFigures ToolFigures(int step) => new(1 + (step / 40.0), step / 40.0, Math.Max(0, 12 - step));

    public static ReinforcementFigures Figures(int step) => new()
    {
        Reward = Reward(step),
        RewardDeviation = 0.3,
        RewardQuantiles = [Math.Max(0, Reward(step) - 0.3), Reward(step), Math.Min(1, Reward(step) + 0.3)],
        Parts = new Dictionary<string, double> { ["right"] = Reward(step) - 0.02, ["short"] = 0.8 },
        Answers = 64,
        LearntAnswers = 52,
        ZeroVarianceShare = 0.2,
        GraderErrors = 0,
        AnswerTokens = 24 + (step / 10.0),
        LongestAnswer = 60,
        CutShare = 0.05,
        SameAnswerShare = 0.05,
        Entropy = 1.1 * Math.Exp(-step / 120.0),
        Kl = 0.0005 * step,
        Ratio = 1,
        ClippedLow = 0.002,
        ClippedHigh = 0.004,
        LogProbabilityGap = 1e-6,
        RolloutSeconds = 0.15,
        GradingSeconds = 0.01,
        LearningSeconds = 0.09,
    };

    public static IEnumerable<TrainingEvent> Evaluate(int step)
    {
        yield return new TrainingEvent.Rewarded(step, HeldOut(step), 0, 22, 0, 0.02);
        yield return new TrainingEvent.Sampled(step, 0, "How many are 4 and 5?", "9", step < 20 ? "4 and 5 are 8." : "4 + 5 = 9")
        {
            Score = step < 20 ? 0.1 : 1, Reason = step < 20 ? "8 is not 9." : "9 is 9.",
        };
        yield return new TrainingEvent.Sampled(step, 1, "How many are 2 and 2?", "4", "four?") { Reason = "The row has no item.answer." };
    }

    /// <summary>Of a model that answers a third of its prompts rightly.</summary>
    public static ReinforcementForecast Forecast { get; } = new()
    {
        Prompts = 32,
        Answers = 8,
        Reward = 0.31,
        BestReward = 0.78,
        Range = (0, 1),
        ZeroVarianceShare = 0.28,
        CutShare = 0.02,
        UngradedShare = 0,
        AnswerTokens = 24,
        DrawingSeconds = 1.2,
        LearningSeconds = 0.9,
        TotalSteps = 120,
        Groups = Groups(1),
        FirstError = "",
    };

    /// <summary>Adds the answers of a step to the run's folder.</summary>
    public static void Write(string runFolder, int step)
    {
        using var stream = new FileStream(Path.Combine(runFolder, RunFolder.Rollouts), FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        stream.Write(RolloutFile.ToLine(new RolloutBatch(step, Groups(step))));
    }

    /// <summary>Three prompts with four answers each; those to the last are all alike.</summary>
    public static IReadOnlyList<RolloutGroup> Groups(int step) => [.. Enumerable.Range(0, 3).Select(row => Group(step, row))];

    private static RolloutGroup Group(int step, int row) => new()
    {
        Step = step,
        Row = row,
        Line = row + 1,
        Prompt = $"How many are {row + 2} and {row + 3}?",
        Expected = $"{(2 * row) + 5}",
        ZeroVariance = row == 2,
        Answers = row == 2
            ? [.. Enumerable.Range(0, 4).Select(_ => Answer("no idea", 0, 0))]
            :
            [
                row == 1 ? WithTool() : Answer($"{row + 2} + {row + 3} = {(2 * row) + 5}", 1, 1.2),
                Answer($"{row + 2} + {row + 3} = {(2 * row) + 4}, after step {step}", 0, -0.8),
                Answer("It is many, and more, and more, and", 0, -0.8) with { Cut = true },
                new RolloutAnswer
                {
                    Text = "?", Grade = Grade.Failed(GradeErrorKind.PythonRaised, "ValueError: no number in it"), Reward = null, Advantage = 0, Learnt = false, Cut = false, Tokens = [new("?", -3)],
                },
            ],
    };

    /// <summary>An answer of two turns, with a call between them.</summary>
    private static RolloutAnswer WithTool() => Answer("3 + 4 = 7", 1, 1.2) with
    {
        Tokens = [new("<tool_call>", -0.2f), new("{\"name\": \"add\", \"arguments\": {\"a\": 3, \"b\": 4}}", -1.5f), new("</tool_call>", -0.1f), new("3 + 4", -0.4f), new(" = 7", -0.9f)],
        Turns =
        [
            new RolloutTurn { Text = "", Calls = [new ToolCall("add", "{\"a\": 3, \"b\": 4}")], Tokens = 3 },
            new RolloutTurn { Tool = "add", Text = "7", Tokens = 0 },
            new RolloutTurn { Text = "3 + 4 = 7", Tokens = 2 },
        ],
    };

    private static RolloutAnswer Answer(string text, double right, double advantage) => new()
    {
        Text = text,
        Grade = Grade.Scored((0.9 * right) + 0.1, right > 0 ? "right 1, short 1" : "right 0, short 1") with
        {
            Parts = new Dictionary<string, Grade> { ["right"] = Grade.Of(right > 0, right > 0 ? "The numbers are equal." : "The numbers differ."), ["short"] = Grade.Scored(1, "Short enough.") },
        },
        Reward = (0.9 * right) + 0.1,
        Advantage = advantage,
        Learnt = advantage != 0,
        Cut = false,
        Tokens = [.. text.Split(' ').Select((word, place) => new RolloutToken(place == 0 ? word : " " + word, -0.05f - (place * 0.4f)))],
    };
}
