using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;

namespace FineTuneStudio.Application.Runs;

/// <summary>A forecast, and the run that it is of.</summary>
/// <param name="Specification">As it was asked for, by names of the library.</param>
/// <param name="Found">What answering some of its prompts told.</param>
public sealed record RunForecast(RunSpecification Specification, ReinforcementForecast Found)
{
    /// <summary>Whether it tells of another run too how well the model answers: the same model, prompts and grader, whatever the rest is.</summary>
    public bool TellsOf(RunSpecification other) => SubjectOf(Specification).Equals(SubjectOf(other));

    /// <summary>What decides how well the model of the beginning answers.</summary>
    private static (string Model, string? Adapter, DatasetOptions Dataset, string? Grader) SubjectOf(RunSpecification specification)
        => (specification.Model, specification.InitialAdapter, specification.Dataset, specification.Reinforcement?.Grader.Json);
}
