using FineTuneStudio.Domain;

namespace FineTuneStudio.Persistence;

internal sealed class RunEntity : IDeletable
{
    public required Guid Id { get; init; }

    public required string Name { get; set; }

    public required RunState State { get; set; }

    /// <summary>The specification as the person built it: names of the library, not paths.</summary>
    public required string Specification { get; init; }

    public Guid? DatasetId { get; init; }

    public Guid? ModelId { get; init; }

    public int Step { get; set; }

    public int TotalSteps { get; set; }

    public double? Loss { get; set; }

    public double? HeldOutLoss { get; set; }

    /// <summary>Mean reward of the last step of a reinforcement run.</summary>
    public double? Reward { get; set; }

    public double? HeldOutReward { get; set; }

    /// <summary>What a person should know about its end, or empty.</summary>
    public string Message { get; set; } = "";

    /// <summary>A person's words to find it by, separated by commas.</summary>
    public string? Tags { get; set; }

    public string? Notes { get; set; }

    /// <summary>The loss, or the reward, in few 32-bit floats, for a list.</summary>
    public byte[]? Sketch { get; set; }

    /// <summary>While it waits, the lowest begins first.</summary>
    public long? QueueOrder { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }
}
