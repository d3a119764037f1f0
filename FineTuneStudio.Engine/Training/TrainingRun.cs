#pragma warning disable IDE0060 // until the loop is in
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training;

/// <summary>A whole training run: from a specification to an adapter in the run's folder. Owns the calling thread until it ends.</summary>
/// <remarks>
/// The folder holds <c>spec.json</c>, <c>events.jsonl</c> (every <see cref="TrainingEvent"/>), <c>metrics.jsonl</c> (a line for each step),
/// <c>checkpoints/step-XXXXXXXX/</c> and, at the end, <c>adapter/</c> in PEFT layout (or <c>model/</c> where every weight was trained).
/// Killed at any moment, the run goes on from its newest whole checkpoint when it is called again with the same folder, to the same bits.
/// </remarks>
public static class TrainingRun
{
    /// <summary>Runs to the end, or until it is stopped; continues where the folder holds a checkpoint.</summary>
    /// <param name="specification">Everything that decides the run.</param>
    /// <param name="runFolder">The run's own folder; made where it is missing.</param>
    /// <param name="control">A person's hand: pause, resume, stop and keep.</param>
    /// <param name="report">Receives every event, on this thread, after it is safe in <c>events.jsonl</c>.</param>
    /// <param name="cancellationToken">Ends the run as <see cref="EndReason.Cancelled"/>, between micro-batches; checkpoints stay.</param>
    /// <returns>The last event. A run that cannot go on ends as <see cref="EndReason.Failed"/> with a message; it does not throw.</returns>
    /// <exception cref="UserErrorException">The run cannot start: impossible options, no such model or dataset, nothing to learn.</exception>
    public static TrainingEvent.Ended Run(
        RunSpecification specification, string runFolder, RunControl control, Action<TrainingEvent> report, CancellationToken cancellationToken)
        => throw new NotImplementedException();

    /// <summary>What the run would take, without running it. Reads and renders the dataset; for a large one, a sample of its rows.</summary>
    /// <exception cref="UserErrorException">The run could not start.</exception>
    public static RunEstimate Estimate(RunSpecification specification, CancellationToken cancellationToken)
        => throw new NotImplementedException();
}
