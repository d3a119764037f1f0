using System.Text.Json.Serialization;
using FineTuneStudio.Domain;

namespace FineTuneStudio.Application.Runs;

/// <summary>What is new on a run's charts since the last message.</summary>
/// <param name="After">The points begin after this step; whatever a reader has beyond it is out of date.</param>
/// <param name="Points">New points; possibly none.</param>
/// <param name="Evaluations">Every held-out loss so far, as pairs of step and loss; <see langword="null"/> where none came since the last message.</param>
/// <param name="Checkpoints">Steps of every checkpoint so far; <see langword="null"/> likewise.</param>
/// <param name="TotalSteps">Length of the run.</param>
/// <param name="State">Where the run stands.</param>
public sealed record RunDelta(
    int After, PackedPoints Points, IReadOnlyList<double[]>? Evaluations, IReadOnlyList<int>? Checkpoints, int TotalSteps, RunState State)
{
    /// <summary>Every held-out reward so far, as pairs of step and reward; <see langword="null"/> where none came since the last message.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double[]>? Rewards { get; init; }
}
