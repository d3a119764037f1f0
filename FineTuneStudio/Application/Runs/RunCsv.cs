using System.Globalization;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;

namespace FineTuneStudio.Application.Runs;

/// <summary>A run's figures as CSV: every step, as exactly as the engine told them.</summary>
internal static class RunCsv
{
    private static readonly Column[] Columns =
    [
        new("loss", "train_loss", step => step.Loss),
        new("rate", "learning_rate", step => step.LearningRate),
        new("norm", "gradient_norm", step => step.GradientNorm),
        new("speed", "tokens_per_second", step => step.TokensPerSecond),
        new("memory", "resident_bytes", step => step.ResidentBytes),
    ];

    private static readonly Column[] ReinforcementColumns =
    [
        Of("reward", "reward", figures => figures.Reward),
        Of("reward", "reward_p10", figures => figures.RewardQuantiles is [var low, _, _] ? low : null),
        Of("reward", "reward_p50", figures => figures.RewardQuantiles is [_, var middle, _] ? middle : null),
        Of("reward", "reward_p90", figures => figures.RewardQuantiles is [_, _, var high] ? high : null),
        Of("spread", "reward_deviation", figures => figures.RewardDeviation),
        Of("entropy", "entropy", figures => figures.Entropy),
        Of("kl", "kl", figures => figures.Kl),
        Of("groups", "zero_variance_share", figures => figures.ZeroVarianceShare),
        Of("groups", "same_answer_share", figures => figures.SameAnswerShare),
        Of("answers", "answers", figures => figures.Answers),
        Of("answers", "learnt_answers", figures => figures.LearntAnswers),
        Of("answers", "grader_errors", figures => figures.GraderErrors),
        Of("length", "answer_tokens", figures => figures.AnswerTokens),
        Of("length", "longest_answer", figures => figures.LongestAnswer),
        Of("cut", "cut_share", figures => figures.CutShare),
        Of("tools", "turns", figures => figures.Tools?.Turns),
        Of("tools", "tool_calls", figures => figures.Tools?.Calls),
        Of("toolErrors", "tool_errors", figures => figures.Tools?.Errors),
        Of("ratio", "ratio", figures => figures.Ratio),
        Of("clipped", "clipped_low", figures => figures.ClippedLow),
        Of("clipped", "clipped_high", figures => figures.ClippedHigh),
        Of("gap", "log_probability_gap", figures => figures.LogProbabilityGap),
        Of("time", "rollout_seconds", figures => figures.RolloutSeconds),
        Of("time", "grading_seconds", figures => figures.GradingSeconds),
        Of("time", "learning_seconds", figures => figures.LearningSeconds),
    ];

    /// <summary>Writes a heading and a line for each step, and for each held-out loss or reward that lies on no step.</summary>
    /// <param name="events">In their order.</param>
    /// <param name="series">One curve alone (<c>loss</c> with the held-out losses, <c>reward</c> with the held-out rewards); <see langword="null"/> writes all.</param>
    /// <param name="writer">Takes the text.</param>
    public static void Write(IEnumerable<TrainingEvent> events, string? series, TextWriter writer)
    {
        // Which columns there are is known with the first step.
        using var source = events.GetEnumerator();
        var head = new List<TrainingEvent>();
        while (head is not [.., TrainingEvent.StepCompleted] && source.MoveNext())
        {
            head.Add(source.Current);
        }

        var first = head is [.., TrainingEvent.StepCompleted { Reinforcement: { } figures }] ? figures : null;
        var all = first is null
            ? Columns
            : [.. ReinforcementColumns, .. (first.Parts ?? new Dictionary<string, double>()).Keys.Select(OfPart), new("surrogate", "policy_loss", step => step.Loss), .. Columns.Skip(1)];
        var columns = all.Where(column => series is null || column.Series == series).ToArray();
        var heldOut = series is null || series == (first is null ? "loss" : "reward");
        var heldOutName = first is null ? "held_out_loss" : "held_out_reward";
        writer.WriteLine(string.Join(',', (string[])["step", "epoch", .. columns.Select(column => column.Name), .. heldOut ? [heldOutName] : Array.Empty<string>()]));

        TrainingEvent.StepCompleted? step = null;
        double? loss = null;
        var lossStep = 0;

        void Flush()
        {
            if (step is null && (loss is null || !heldOut))
            {
                return;
            }

            var fields = columns.Select(column => step is not null && column.Value(step) is { } value ? Text(value) : "");
            writer.WriteLine(string.Join(',', (string[])
            [
                Text(step?.Step ?? lossStep), step is null ? "" : Text(step.Epoch), .. fields, .. heldOut ? [loss is { } value ? Text(value) : ""] : Array.Empty<string>(),
            ]));
            (step, loss) = (null, null);
        }

        void Take(int after, double heldOutFigure)
        {
            if (step?.Step != after)
            {
                Flush();
            }

            (loss, lossStep) = (heldOutFigure, after);
        }

        foreach (var happened in head.Concat(Rest(source)))
        {
            switch (happened)
            {
                case TrainingEvent.StepCompleted next:
                    Flush();
                    step = next;
                    break;
                case TrainingEvent.Evaluated evaluated when first is null:
                    Take(evaluated.Step, evaluated.Loss);
                    break;
                case TrainingEvent.Rewarded rewarded when first is not null:
                    Take(rewarded.Step, rewarded.Reward);
                    break;
            }
        }

        Flush();
    }

    private static IEnumerable<TrainingEvent> Rest(IEnumerator<TrainingEvent> source)
    {
        while (source.MoveNext())
        {
            yield return source.Current;
        }
    }

    private static Column Of(string series, string name, Func<ReinforcementFigures, double?> value)
        => new(series, name, step => step.Reinforcement is { } figures ? value(figures) : null);

    // A name may hold anything.
    private static Column OfPart(string part)
        => new("parts", $"\"part_{part.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", step => step.Reinforcement?.Parts is { } parts && parts.TryGetValue(part, out var score) ? score : null);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private sealed record Column(string Series, string Name, Func<TrainingEvent.StepCompleted, double?> Value);
}
