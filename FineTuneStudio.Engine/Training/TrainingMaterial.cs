using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Engine.Grading.Judging;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Training.Checkpoints;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Engine.Training.Reinforcement;
using FineTuneStudio.Engine.Training.Sft;

namespace FineTuneStudio.Engine.Training;

/// <summary>What a run learns from, read by its method before the model is: rows, and where answers are scored, who scores them.</summary>
internal abstract class TrainingMaterial : IDisposable
{
    /// <summary>SHA-256 over all rows: the same hash trains the same.</summary>
    public abstract string Hash { get; }

    /// <summary>The largest token of all rows.</summary>
    public abstract int LargestToken { get; }

    /// <summary>Reads the dataset, and grader and tools where there are some.</summary>
    /// <param name="specification">What to read.</param>
    /// <param name="renderer">Of the base model.</param>
    /// <param name="judge">Answers for graders that ask a model.</param>
    /// <param name="activity">Told how far reading is; then, by what is to be learnt, how far that is.</param>
    /// <param name="cancellationToken">Looked at between blocks of rows.</param>
    /// <exception cref="UserErrorException">There is nothing to learn from, or the grader or the tools are none.</exception>
    public static TrainingMaterial Load(RunSpecification specification, Renderer renderer, IJudge? judge, ActivityReport activity, CancellationToken cancellationToken)
        => specification.Reinforcement is { } options
            ? Prompts.Load(specification, renderer, options, judge, activity, cancellationToken)
            : new Conversations(specification, renderer, TrainingRows.Load(specification, renderer, activity, cancellationToken), activity);

    /// <summary>What is to be learnt of it.</summary>
    /// <param name="trainee">What learns.</param>
    /// <param name="lossScale">For gradients in fp16.</param>
    /// <param name="runFolder">Where the run writes.</param>
    /// <param name="state">Of the checkpoint that the run goes on from.</param>
    /// <param name="writer">Waits while the disk is full.</param>
    public abstract IObjective Objective(Trainee trainee, LossScale? lossScale, string runFolder, RunState? state, PatientWriter writer);

    /// <inheritdoc/>
    public abstract void Dispose();

    private sealed class Conversations(RunSpecification specification, Renderer renderer, TrainingRows rows, ActivityReport activity) : TrainingMaterial
    {
        public override string Hash => rows.Hash;

        public override int LargestToken => rows.Training.Concat(rows.HeldOut.Select(row => row.Rendered)).Max(row => row.Ids.Max());

        public override IObjective Objective(Trainee trainee, LossScale? lossScale, string runFolder, RunState? state, PatientWriter writer)
        {
            var rowLosses = writer.Write("the rows of each step", 0, runFolder, () => new RowLossLog(runFolder, writer.Step, writer));
            return new SftObjective(specification, rows, renderer, trainee, lossScale, rowLosses, activity);
        }

        public override void Dispose()
        {
            // Rows are memory alone.
        }
    }

    private sealed class Prompts(RunSpecification specification, Renderer renderer, PromptRows rows, Grader grader, ToolBox? tools, ActivityReport activity) : TrainingMaterial
    {
        public static Prompts Load(
            RunSpecification specification, Renderer renderer, ReinforcementOptions options, IJudge? judge, ActivityReport activity, CancellationToken cancellationToken)
        {
            var tools = options.Tools is { } own ? ToolBox.Load(own.Source) : null;
            try
            {
                return new Prompts(
                    specification, renderer, PromptRows.Load(specification, renderer, tools?.Definitions, activity, cancellationToken), Grader.Parse(options.Grader.Json, "reinforcement.grader", judge), tools,
                    activity);
            }
            catch
            {
                tools?.Dispose();
                throw;
            }
        }

        public override string Hash => rows.Hash;

        public override int LargestToken => rows.Training.Concat(rows.HeldOut).Max(row => row.Ids.Max());

        public override IObjective Objective(Trainee trainee, LossScale? lossScale, string runFolder, RunState? state, PatientWriter writer)
        {
            var rollouts = writer.Write("the answers of each step", 0, runFolder, () => new RolloutLog(runFolder, state?.RolloutBytes ?? 0, writer));
            return new RftObjective(specification, rows, renderer, trainee, lossScale, grader, tools, rollouts, activity);
        }

        public override void Dispose()
        {
            grader.Dispose();
            tools?.Dispose();
        }
    }
}
