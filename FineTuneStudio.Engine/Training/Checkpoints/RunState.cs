namespace FineTuneStudio.Engine.Training.Checkpoints;

/// <summary>What a run must know, beside its tensors, to go on to the same bits.</summary>
/// <remarks>
/// Order, packing and dropout follow from the seed and the step alone, so the step is the data cursor and the state of every random stream; prompts
/// are drawn from a stream of their own, whose place is their number.
/// </remarks>
internal sealed record RunState
{
    /// <summary>Optimizer steps done.</summary>
    public required int Step { get; init; }

    /// <summary>Passes over the data done, as a fraction; for people.</summary>
    public required double Epoch { get; init; }

    /// <summary>Updates each weight counted, where they are not all equal to the step.</summary>
    public IReadOnlyList<long>? WeightSteps { get; init; }

    /// <summary>Factor on the loss of fp16 runs; <see langword="null"/> for others.</summary>
    public float? LossScale { get; init; }

    /// <summary>Steps taken since <see cref="LossScale"/> changed.</summary>
    public int LossScaleSteps { get; init; }

    /// <summary>Bytes of <c>events.jsonl</c> that belong to the steps done.</summary>
    public required long EventBytes { get; init; }

    /// <summary>Bytes of <c>metrics.jsonl</c> that belong to the steps done.</summary>
    public required long MetricBytes { get; init; }

    /// <summary>Last held-out loss.</summary>
    public double? HeldOutLoss { get; init; }

    /// <summary>Lowest held-out loss.</summary>
    public double? BestLoss { get; init; }

    /// <summary>Last held-out reward.</summary>
    public double? HeldOutReward { get; init; }

    /// <summary>Highest held-out reward.</summary>
    public double? BestReward { get; init; }

    /// <summary>Prompts that a reinforcement run has drawn so far: its place in their order and in the streams of its sampler.</summary>
    public long PromptsDrawn { get; init; }

    /// <summary>Bytes of <c>rollouts.jsonl</c> that belong to the steps done.</summary>
    public long RolloutBytes { get; init; }

    /// <summary>Whether the best held-out score is this checkpoint's.</summary>
    public bool Best { get; init; }

    /// <summary>Where the steps were computed; empty where an older version wrote it.</summary>
    public string Device { get; init; } = "";

    /// <summary>SHA-256 of the specification.</summary>
    public required string SpecificationHash { get; init; }

    /// <summary>SHA-256 of the rendered rows.</summary>
    public required string DatasetHash { get; init; }
}
