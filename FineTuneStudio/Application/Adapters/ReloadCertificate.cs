namespace FineTuneStudio.Application.Adapters;

/// <summary>What came of loading an adapter anew: a loss beside a loss, or a reward beside a reward.</summary>
/// <param name="Rows">Rows it was scored on.</param>
/// <param name="Sha256">Of the file that was loaded.</param>
/// <param name="At">When.</param>
public sealed record ReloadCertificate(int Rows, string Sha256, DateTimeOffset At)
{
    /// <summary>Held-out loss at the run's end, in nats per token; <see langword="null"/> for a reinforcement run.</summary>
    public double? TrainedLoss { get; init; }

    /// <summary>Held-out loss of the adapter as it lies on disk.</summary>
    public double? ReloadedLoss { get; init; }

    /// <summary>Mean reward of the likeliest answers at a reinforcement run's end.</summary>
    public double? TrainedReward { get; init; }

    /// <summary>The same of the adapter as it lies on disk.</summary>
    public double? ReloadedReward { get; init; }

    /// <summary>Answers of the run's end that were written down, and that were compared word for word.</summary>
    public int Compared { get; init; }

    /// <summary>Those of them that came again as they were.</summary>
    public int Same { get; init; }

    /// <summary>
    /// Half a per cent of a loss: batches of another shape round differently in bfloat16, a wrong adapter is off by far more. Of a reward two
    /// hundredths and one answer in ten: where two tokens are nearly as likely, rounding decides which comes, and what follows is another answer.
    /// </summary>
    public bool Passed => TrainedLoss is { } loss && ReloadedLoss is { } again
        ? Math.Abs(again - loss) <= 1e-3 + (5e-3 * Math.Abs(loss))
        : TrainedReward is { } reward && ReloadedReward is { } earned && Math.Abs(earned - reward) <= 0.02 * Math.Max(1, Math.Abs(reward)) && Same >= 0.9 * Compared;
}
