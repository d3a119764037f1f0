using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training.Checkpoints;

namespace FineTuneStudio.Engine.Training;

/// <summary>What a run learns and how it is told how well: the part in which methods differ. The loop has the rest.</summary>
internal interface IObjective : IDisposable
{
    /// <summary>Optimizer steps of the whole run.</summary>
    int TotalSteps { get; }

    /// <summary>What a person should know before the first step.</summary>
    IReadOnlyList<string> Warnings { get; }

    /// <summary>Whether there is anything to evaluate on.</summary>
    bool HasHeldOut { get; }

    /// <summary>Passes over the data after so many steps.</summary>
    double EpochAfter(int steps);

    /// <summary>Whether the state after so many steps is all in weights, optimizer and <see cref="RunState"/>, so that a checkpoint can be made.</summary>
    bool IsWholeAfter(int steps);

    /// <summary>Sizes of model and data, as the run begins.</summary>
    /// <param name="step">Steps done before.</param>
    TrainingEvent.Started Describe(int step);

    /// <summary>One optimizer step; on any failure the weights are still those of before.</summary>
    /// <param name="step">Steps done before it.</param>
    /// <param name="cancellationToken">Looked at between micro-batches.</param>
    /// <returns>What is known of it, time and memory being the loop's to add, and whether the weights moved.</returns>
    /// <exception cref="NonFiniteLossException">The loss or a gradient is no number.</exception>
    (TrainingEvent.StepCompleted Step, StepEnd End) Learn(int step, CancellationToken cancellationToken);

    /// <summary>Writes down what belongs to a step beside its line.</summary>
    /// <param name="step">Its number, from 1.</param>
    /// <returns>What is to be told after it.</returns>
    IEnumerable<TrainingEvent> Record(int step);

    /// <summary>Scores what is held out.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="cancellationToken">Looked at between batches.</param>
    /// <returns>The score, and what is to be told of it, in order.</returns>
    (HeldOutScore Score, IReadOnlyList<TrainingEvent> Events) Evaluate(int step, CancellationToken cancellationToken);

    /// <summary>Adds to a checkpoint's state what the objective must know to go on.</summary>
    RunState Add(RunState state);

    /// <summary>Goes on from a checkpoint's state.</summary>
    void Restore(RunState state);
}
