using FineTuneStudio.Domain;

namespace FineTuneStudio.Application.Runs;

/// <summary>What is new on a run's charts since the last message.</summary>
/// <param name="Points">New points; possibly none.</param>
/// <param name="Evaluations">Every held-out loss so far, as pairs of step and loss. They are few: sent whole, a reader replaces what it has.</param>
/// <param name="Checkpoints">Steps of every checkpoint so far.</param>
/// <param name="TotalSteps">Length of the run.</param>
/// <param name="State">Where the run stands.</param>
public sealed record RunDelta(
    PackedPoints Points, IReadOnlyList<double[]> Evaluations, IReadOnlyList<int> Checkpoints, int TotalSteps, RunState State);
