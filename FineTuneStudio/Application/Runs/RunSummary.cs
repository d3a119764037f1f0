using FineTuneStudio.Domain;

namespace FineTuneStudio.Application.Runs;

/// <summary>A run as a list shows it.</summary>
public sealed record RunSummary
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required RunState State { get; init; }

    public required string Model { get; init; }

    public required string Dataset { get; init; }

    public int Step { get; init; }

    public int TotalSteps { get; init; }

    /// <summary>Training loss of the last step, in nats per token.</summary>
    public double? Loss { get; init; }

    /// <summary>Last held-out loss, in nats per token.</summary>
    public double? HeldOutLoss { get; init; }

    /// <summary>Whether it learns from the scores of its own answers, and so has rewards where others have losses.</summary>
    public bool IsReinforcement { get; init; }

    /// <summary>Mean reward of the last step of a reinforcement run.</summary>
    public double? Reward { get; init; }

    /// <summary>Last held-out reward of a reinforcement run.</summary>
    public double? HeldOutReward { get; init; }

    public string Message { get; init; } = "";

    /// <summary>A person's words to find it by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    public string Notes { get; init; } = "";

    /// <summary>The training loss, or the reward, in a few figures, oldest first; empty before there is one.</summary>
    public IReadOnlyList<float> Sketch { get; init; } = [];

    /// <summary>While it waits, the lowest begins first.</summary>
    public long QueueOrder { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What it left, where it left one.</summary>
    public Guid? AdapterId { get; init; }

    /// <summary>Whether it still can change.</summary>
    public bool Active => State.IsActive();
}
