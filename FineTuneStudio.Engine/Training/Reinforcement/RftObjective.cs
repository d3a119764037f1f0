using System.Diagnostics;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Training.Checkpoints;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Engine.Training.Schedules;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>Reinforcement fine-tuning: answers are drawn, graded, compared within their group, and made more or less likely.</summary>
internal sealed class RftObjective : IObjective
{
    private readonly RunSpecification _specification;
    private readonly ReinforcementOptions _options;
    private readonly PromptRows _rows;
    private readonly Renderer _renderer;
    private readonly Trainee _trainee;
    private readonly RolloutLog _rollouts;
    private readonly ActivityReport _activity;
    private readonly ReferencePolicy? _reference;
    private readonly GradedSampler _sampler;
    private readonly PolicyStep _step;
    private readonly PromptOrder _order;
    private readonly LearningRateSchedule _schedule;
    private long _drawn;
    private AnswerBatch? _batch;
    private double _gap;

    /// <summary>Takes what it learns from; the trainee stays its owner's, grader and tools too, the log becomes its own.</summary>
    public RftObjective(
        RunSpecification specification, PromptRows rows, Renderer renderer, Trainee trainee, LossScale? lossScale, Grader grader, ToolBox? tools, RolloutLog rollouts,
        ActivityReport activity)
    {
        _specification = specification;
        _options = specification.Reinforcement!;
        _rows = rows;
        _renderer = renderer;
        _trainee = trainee;
        _rollouts = rollouts;
        _activity = activity;
        _reference = ReferencePolicy.Of(specification, trainee);
        _sampler = new GradedSampler(trainee.Model, renderer, grader, specification, tools);
        _step = PolicyStep.Of(specification, trainee, lossScale, _reference);
        _order = new PromptOrder(rows.Training.Count, specification.Seed);
        TotalSteps = StepsOf(specification, rows.Training.Count);
        _schedule = LearningRateSchedule.Create(specification.Schedule, TotalSteps);
    }

    /// <inheritdoc/>
    public int TotalSteps { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings => _rows.Warnings;

    /// <inheritdoc/>
    public bool HasHeldOut => _rows.HeldOut.Count > 0;

    /// <summary>Optimizer steps of a run.</summary>
    /// <param name="specification">How long, and how many prompts and steps to a batch.</param>
    /// <param name="prompts">To learn from.</param>
    public static int StepsOf(RunSpecification specification, int prompts)
        => specification.Duration.Steps
            ?? checked((int)Math.Max(1, Math.Ceiling((specification.Duration.Epochs * prompts / specification.Reinforcement!.Prompts) - 0.001)) * specification.Reinforcement.Updates);

    /// <inheritdoc/>
    public double EpochAfter(int steps) => (double)_drawn / _rows.Training.Count;

    /// <inheritdoc/>
    public bool IsWholeAfter(int steps) => steps % _options.Updates == 0;

    /// <inheritdoc/>
    public TrainingEvent.Started Describe(int step) => new(
        step, TotalSteps, _trainee.TrainableCount, _trainee.Model.ParameterCount, _rows.Training.Count, _rows.HeldOut.Count,
        _rows.Training.Sum(row => (long)row.Ids.Length), LearntTokens: 0, CutRows: 0);

    /// <inheritdoc/>
    public (TrainingEvent.StepCompleted Step, StepEnd End) Learn(int step, CancellationToken cancellationToken)
    {
        var isFirst = step % _options.Updates == 0;
        if (isFirst || _batch is null)
        {
            _batch = Collect(cancellationToken);
        }

        _activity.Begin(RunActivity.Learning);
        var start = Stopwatch.GetTimestamp();
        var outcome = _batch.LearntTokens > 0
            ? _step.Run([.. MicroBatches.Of(_batch.Answers, _specification.Batch)], _schedule.Rate(step), microBatch => _trainee.DropoutStream(_specification, step, microBatch), cancellationToken)
            : new PolicyOutcome(0, 0, StepEnd.Updated, PolicyFigures.Join([]), 0, null);
        _gap = isFirst ? outcome.LogProbabilityGap ?? 0 : _gap;
        NonFiniteLossException.ThrowIf(outcome.End, step + 1, _batch.Lines);
        var told = new TrainingEvent.StepCompleted(
            step + 1, EpochAfter(step + 1), outcome.Loss, _trainee.Optimizer.Rate(step + 1, _schedule.Rate(step)), outcome.GradientNorm,
            _batch.Tokens, _batch.LearntTokens, Seconds: 0, ResidentBytes: 0)
        {
            ExpertBalance = outcome.ExpertBalance,
            Reinforcement = _batch.Describe(outcome, _gap, isFirst, Stopwatch.GetElapsedTime(start).TotalSeconds),
        };
        return (told, outcome.End);
    }

    /// <inheritdoc/>
    public IEnumerable<TrainingEvent> Record(int step)
    {
        if ((step - 1) % _options.Updates != 0)
        {
            yield break;
        }

        _rollouts.Append(step, _batch!.Groups, _renderer.Tokenizer);
        var failed = _batch.Groups.SelectMany(group => group.Drawn.Answers).Where(answer => answer.Grade.Score is null).ToList();
        var asked = _batch.Groups.SelectMany(group => group.Drawn.Answers).SelectMany(answer => answer.Turns ?? []).Where(turn => turn.IsError).ToList();
        if (asked.Count > 0)
        {
            yield return new TrainingEvent.Logged(step, LogSeverity.Warning, $"{asked.Count} calls were answered with an error, which the model read; the first, of {asked[0].Tool}: {asked[0].Text}");
        }

        if (failed.Count > 0)
        {
            yield return new TrainingEvent.Logged(step, LogSeverity.Warning, $"{failed.Count} answers could not be graded and teach nothing; the first: {failed[0].Grade.Reason}");
        }
    }

    /// <inheritdoc/>
    public (HeldOutScore Score, IReadOnlyList<TrainingEvent> Events) Evaluate(int step, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        _activity.Begin(RunActivity.ScoringHeldOut, _rows.HeldOut.Count);
        var answers = _sampler.DrawGreedy(_rows.HeldOut, _options, _activity, cancellationToken);
        double[] scores = [.. answers.Select(answer => answer.Grade.Score).OfType<double>()];
        if (scores.Length == 0)
        {
            throw NoScore(answers[0].Grade.Reason);
        }

        var rewarded = new TrainingEvent.Rewarded(
            step, scores.Average(), answers.Count - scores.Length, answers.Average(answer => (double)answer.Tokens.DrawnTokens),
            (double)answers.Count(answer => answer.IsCut) / answers.Count, clock.Elapsed.TotalSeconds);
        return (new HeldOutScore(Loss: null, rewarded.Reward), [rewarded, .. Samples(step, answers)]);
    }

    /// <inheritdoc/>
    public RunState Add(RunState state)
    {
        _rollouts.Flush();
        return state with { DatasetHash = _rows.Hash, PromptsDrawn = _drawn, RolloutBytes = _rollouts.Bytes };
    }

    /// <inheritdoc/>
    public void Restore(RunState state) => _drawn = state.PromptsDrawn;

    /// <inheritdoc/>
    public void Dispose()
    {
        _reference?.Dispose();
        _rollouts.Dispose();
    }

    // Prompts are drawn until enough groups teach something, or the rounds are spent.
    private AnswerBatch Collect(CancellationToken cancellationToken)
    {
        var options = _options.Sampling(_specification.Seed);
        var rounds = _options.ZeroVarianceGroups() == ZeroVarianceGroups.Replace ? _options.Rounds : 1;
        var (groups, drawing, grading) = (new List<AnswerGroup>(), 0.0, 0.0);
        for (int round = 0, wanted = _options.Prompts; round < rounds && wanted > 0; round++)
        {
            List<(PromptRow Prompt, long Stream)> prompts = [.. Enumerable.Range(0, wanted).Select(index => (_rows.Training[_order[_drawn + index]], _drawn + index))];
            _activity.Begin(RunActivity.DrawingAnswers, (long)wanted * _options.Answers);
            var (answers, drawingSeconds, gradingSeconds) = _sampler.Draw(prompts, _options.Answers, options, _activity, cancellationToken);
            List<AnswerGroup> drawn = [.. answers.Select((own, index) => AnswerGroup.Of(prompts[index].Prompt, own, _options))];
            groups.AddRange(drawn);
            (_drawn, drawing, grading) = (_drawn + wanted, drawing + drawingSeconds, grading + gradingSeconds);
            wanted = drawn.Count(group => group.TeachesNothing);
        }

        if (groups.TrueForAll(group => group.Rewards.All(double.IsNaN)))
        {
            throw NoScore(groups[0].Answers[0].Grade.Reason);
        }

        return new AnswerBatch(groups, _options, drawing, grading);
    }

    // Spread evenly over those held out, the same ones each time.
    private IEnumerable<TrainingEvent.Sampled> Samples(int step, List<GradedAnswer> answers)
    {
        var count = Math.Min(_specification.Evaluation.Samples, answers.Count);
        return Enumerable.Range(0, count).Select(sample =>
        {
            var row = (int)((long)sample * answers.Count / count);
            return new TrainingEvent.Sampled(step, row, _rows.HeldOut[row].Question, _rows.HeldOut[row].Expected, answers[row].Said.Shown)
            {
                Score = answers[row].Grade.Score,
                Reason = answers[row].Grade.Reason,
            };
        });
    }

    private static UserErrorException NoScore(string reason)
        => new("reinforcement.grader", $"Not one answer could be graded, so there is nothing to learn from. The first: {reason}");
}
