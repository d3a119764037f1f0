using FineTuneStudio.Application.Graders;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Estimation;

namespace FineTuneStudio.Application.Runs;

/// <summary>The engine itself.</summary>
/// <param name="configuration">Names the judge of graders that ask a model.</param>
internal sealed class TrainingEngine(IConfiguration configuration) : ITrainingEngine
{
    private readonly ModelShapes _shapes = new();

    public TrainingEvent.Ended Run(
        RunSpecification specification, string runFolder, RunControl control, Action<TrainingEvent> report, CancellationToken cancellationToken)
    {
        using var judge = specification.Reinforcement is null ? null : StudioJudge.Create(configuration);
        return TrainingRun.Run(specification, runFolder, control, report, cancellationToken, judge);
    }

    public RunSuggestion Suggest(RunSpecification specification, MeasuredRows? measured, CancellationToken cancellationToken)
        => TrainingRun.Suggest(specification, measured, _shapes, cancellationToken);

    public RunEstimate Estimate(RunSpecification specification, MeasuredRows? measured, CancellationToken cancellationToken)
        => TrainingRun.Estimate(specification, measured, _shapes, cancellationToken);

    public RehearsalResult Rehearse(RunSpecification specification, MeasuredRows measured, CancellationToken cancellationToken)
        => Rehearsal.Run(specification, measured.Index, measured.Lengths!, cancellationToken);

    public ReinforcementForecast Forecast(RunSpecification specification, int prompts, CancellationToken cancellationToken)
    {
        using var judge = StudioJudge.Create(configuration);
        return Engine.Training.Reinforcement.Forecast.Run(specification, prompts, judge, cancellationToken);
    }

    public MemoryFit? FindFit(RunSpecification specification, RunEstimate estimate, long limitBytes) => MemoryFitter.Find(specification, estimate, limitBytes, _shapes);
}
