using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>A run with all that decided it.</summary>
/// <param name="Summary">As a list shows it.</param>
/// <param name="Specification">As the person built it: names of the library, not paths.</param>
public sealed record RunDetail(RunSummary Summary, RunSpecification Specification)
{
    /// <summary>What it learns from; <see langword="null"/> where it was deleted.</summary>
    public Guid? DatasetId { get; init; }
}
