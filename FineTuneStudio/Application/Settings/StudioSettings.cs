using System.Collections.Immutable;

namespace FineTuneStudio.Application.Settings;

/// <summary>What a person chose in the browser for the whole studio; how it is set up by its owner stands in <see cref="StudioOptions"/>.</summary>
public sealed record StudioSettings
{
    public ThemeChoice Theme { get; init; } = ThemeChoice.System;

    /// <summary>Whether single letters are shortcuts while nobody types.</summary>
    public bool SingleKeys { get; init; } = true;

    /// <summary>Processor threads of training and answering; <see langword="null"/> takes all.</summary>
    public int? Threads { get; init; }

    /// <summary>Newest checkpoints that a clean-up leaves of a run that is over.</summary>
    public int CheckpointsKept { get; init; } = 1;

    /// <summary>When somebody last looked at the home page.</summary>
    public DateTimeOffset? HomeSeenAt { get; init; }

    /// <summary>Runs and datasets in trouble that a person does not want to be told of again.</summary>
    public ImmutableHashSet<Guid> LeftAlone { get; init; } = [];
}
