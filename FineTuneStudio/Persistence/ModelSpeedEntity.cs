using FineTuneStudio.Domain;

namespace FineTuneStudio.Persistence;

/// <summary>How fast a model was on a machine, when it was last timed.</summary>
internal sealed class ModelSpeedEntity
{
    public required Guid ModelId { get; init; }

    /// <summary>Processor, threads, GPU: figures of another machine say nothing of this one.</summary>
    public required string Machine { get; init; }

    public required SpeedKind Kind { get; init; }

    public required double TokensPerSecond { get; set; }

    /// <summary>What it was measured by, for a person.</summary>
    public required string Origin { get; set; }

    public required DateTimeOffset MeasuredAt { get; set; }
}
