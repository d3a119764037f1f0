using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Datasets;

/// <summary>A dataset as a list shows it.</summary>
public sealed record DatasetSummary
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required DatasetState State { get; init; }

    public required long Bytes { get; init; }

    public required string Sha256 { get; init; }

    /// <summary>What its rows are meant for: <see cref="TrainingMethod.Rft"/> is a dataset of prompts.</summary>
    public TrainingMethod Method { get; init; }

    /// <summary>Rows, good and bad; 0 until checked.</summary>
    public long Rows { get; init; }

    /// <summary>Rows that cannot be learnt from.</summary>
    public long BadRows { get; init; }

    /// <summary>Errors and warnings.</summary>
    public long Faults { get; init; }

    /// <summary>Why it could not be read, or empty.</summary>
    public string Message { get; init; } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Share of the check that is done, while it is being read; <see langword="null"/> where that is not known.</summary>
    public double? Checked { get; init; }

    /// <summary>Whether its rows are prompts, without answers to learn.</summary>
    public bool HoldsPrompts => Method == TrainingMethod.Rft;

    public long GoodRows => Rows - BadRows;
}
