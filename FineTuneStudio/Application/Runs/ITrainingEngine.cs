using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Training.Estimation;

namespace FineTuneStudio.Application.Runs;

/// <summary>What the studio asks of the engine for a run; a test puts one of its own in its place.</summary>
internal interface ITrainingEngine
{
    /// <summary>Runs on the calling thread until the run is over; continues where the folder holds a checkpoint.</summary>
    TrainingEvent.Ended Run(
        RunSpecification specification, string runFolder, RunControl control, Action<TrainingEvent> report, CancellationToken cancellationToken);

    /// <summary>Options that fit the dataset and the model.</summary>
    RunSuggestion Suggest(RunSpecification specification, MeasuredRows? measured, CancellationToken cancellationToken);

    /// <summary>What the run would take.</summary>
    RunEstimate Estimate(RunSpecification specification, MeasuredRows? measured, CancellationToken cancellationToken);

    /// <summary>Two real steps on the longest batch, on the calling thread.</summary>
    RehearsalResult Rehearse(RunSpecification specification, MeasuredRows measured, CancellationToken cancellationToken);

    /// <summary>The first step of a reinforcement run on some of its prompts, thrown away, on the calling thread.</summary>
    ReinforcementForecast Forecast(RunSpecification specification, int prompts, CancellationToken cancellationToken);

    /// <summary>The one change that makes a run fit into memory.</summary>
    MemoryFit? FindFit(RunSpecification specification, RunEstimate estimate, long limitBytes);
}
