using FineTuneStudio.Engine.Training.Checkpoints;

namespace FineTuneStudio.Engine.Training;

/// <summary>Names of what lies in a run's folder.</summary>
public static class RunFolder
{
    /// <summary>The specification, as given.</summary>
    public const string Specification = "spec.json";

    /// <summary>Every event, one JSON object a line.</summary>
    public const string Events = "events.jsonl";

    /// <summary>One line for each step, for programs.</summary>
    public const string Metrics = "metrics.jsonl";

    /// <summary>Which rows each step saw, and what they cost: <see cref="RowLosses"/> reads it.</summary>
    public const string Rows = "rows.bin";

    /// <summary>Every answer that a reinforcement run learnt from, a batch a line: <see cref="Reinforcement.RolloutFile"/> reads it.</summary>
    public const string Rollouts = "rollouts.jsonl";

    /// <summary>Whole states, <c>step-XXXXXXXX</c> each.</summary>
    public const string Checkpoints = "checkpoints";

    /// <summary>What was learnt, in PEFT layout; there once the run completed or was stopped and kept.</summary>
    public const string Adapter = "adapter";

    /// <summary>In a checkpoint, and where every weight was trained: a whole model.</summary>
    public const string Model = "model";

    /// <summary>The folder of a step's checkpoint, from the run's.</summary>
    public static string CheckpointOf(int step) => Path.Combine(Checkpoints, CheckpointStore.NameOf(step));
}
