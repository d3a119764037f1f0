using System.Collections.Immutable;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>All that a page says about a run at one moment, but for the curves, which travel as packed points.</summary>
public sealed record RunProgress
{
    public RunState State { get; init; } = RunState.Queued;

    /// <summary>Asked to stand still, but still finishing its step.</summary>
    public bool Pausing { get; init; }

    /// <summary>Asked to stop or to be given up, but still finishing its step.</summary>
    public bool Stopping { get; init; }

    public int Step { get; init; }

    public int TotalSteps { get; init; }

    /// <summary>Size of model and data; <see langword="null"/> until the engine has read them.</summary>
    public TrainingEvent.Started? Facts { get; init; }

    public TrainingEvent.StepCompleted? Last { get; init; }

    /// <summary>What the run is busy with; <see langword="null"/> where it simply goes on.</summary>
    public TrainingEvent.Working? Activity { get; init; }

    /// <summary>Seconds a step takes lately, its share of evaluations left out.</summary>
    public double SecondsPerStep { get; init; }

    /// <summary>Steps that were timed, and the seconds they took together; the first of a process warms up and is left out.</summary>
    public int TimedSteps { get; init; }

    public double TimedSeconds { get; init; }

    /// <summary>Seconds spent on evaluations so far.</summary>
    public double EvaluationSeconds { get; init; }

    public ImmutableList<TrainingEvent.Evaluated> Evaluations { get; init; } = [];

    /// <summary>Held-out rewards of a reinforcement run.</summary>
    public ImmutableList<TrainingEvent.Rewarded> Rewards { get; init; } = [];

    /// <summary>Steps of a reinforcement run, oldest first; empty for other runs.</summary>
    public ImmutableList<TrainingEvent.StepCompleted> Reinforced { get; init; } = [];

    public ImmutableList<TrainingEvent.CheckpointSaved> Checkpoints { get; init; } = [];

    public ImmutableList<TrainingEvent.Sampled> Samples { get; init; } = [];

    /// <summary>Every event but steps, evaluations, held-out rewards and samples, oldest first.</summary>
    public ImmutableList<TrainingEvent> Timeline { get; init; } = [];

    /// <summary>Why and how it ended, once it has.</summary>
    public TrainingEvent.Ended? End { get; init; }

    public string Message { get; init; } = "";

    /// <summary>What the run left.</summary>
    public Guid? AdapterId { get; init; }

    public double? HeldOutLoss => Evaluations is [.., var last] ? last.Loss : null;

    /// <summary>Mean reward of the last step; <see langword="null"/> where the run has none, or no answer of the step could be graded.</summary>
    public double? Reward => Last?.Reinforcement is { Reward: var reward } && double.IsFinite(reward) ? reward : null;

    public double? HeldOutReward => Rewards is [.., var last] && double.IsFinite(last.Reward) ? last.Reward : null;

    public double? TokensPerSecond => Last is { } last && SecondsPerStep > 0 ? last.Tokens / SecondsPerStep : null;

    /// <summary>Time to go: between the pace of late and that of the whole run, the wider the fewer steps there were; <see langword="null"/> before there is a pace.</summary>
    public (TimeSpan Shortest, TimeSpan Longest)? Remaining
    {
        get
        {
            if (State != RunState.Running || Step == 0 || TimedSteps == 0)
            {
                return null;
            }

            var overall = TimedSeconds / TimedSteps;
            var evaluations = EvaluationSeconds / Step;
            var doubt = 0.05 + (0.5 / Math.Sqrt(TimedSteps));
            TimeSpan At(double secondsPerStep) => TimeSpan.FromSeconds((TotalSteps - Step) * Math.Max(0, secondsPerStep + evaluations));
            return (At(Math.Min(overall, SecondsPerStep)) * (1 - Math.Min(0.5, doubt)), At(Math.Max(overall, SecondsPerStep)) * (1 + doubt));
        }
    }

    /// <summary>Whether more than the figures of a step changed, or how far the run is with what it is busy with.</summary>
    internal bool IsNewsAfter(RunProgress before) => Activity?.Activity != before.Activity?.Activity || this with { Activity = before.Activity, Step = before.Step, Last = before.Last, SecondsPerStep = before.SecondsPerStep, TimedSteps = before.TimedSteps, TimedSeconds = before.TimedSeconds, Reinforced = before.Reinforced } != before;

    /// <summary>The state after <paramref name="happened"/>.</summary>
    internal RunProgress After(TrainingEvent happened) => happened is TrainingEvent.Working working ? this with { Activity = working } : Then(happened) with { Activity = null };

    /// <summary>The state after some steps, one after the other: a long run that is read from its folder has a hundred thousand.</summary>
    internal RunProgress After(IReadOnlyList<TrainingEvent.StepCompleted> steps)
    {
        if (steps is not [.., var last])
        {
            return this;
        }

        var (secondsPerStep, timedSteps, timedSeconds) = (SecondsPerStep, TimedSteps, TimedSeconds);
        foreach (var step in steps)
        {
            // The first step warms caches up and says little about the pace.
            secondsPerStep = secondsPerStep > 0 && step.Step > 2 ? (0.9 * secondsPerStep) + (0.1 * step.Seconds) : step.Seconds;
            (timedSteps, timedSeconds) = step.Step > 1 ? (timedSteps + 1, timedSeconds + step.Seconds) : (0, 0);
        }

        return this with
        {
            Step = last.Step,
            Last = last,
            Activity = null,
            SecondsPerStep = secondsPerStep,
            TimedSteps = timedSteps,
            TimedSeconds = timedSeconds,
            Reinforced = last.Reinforcement is null ? Reinforced : Reinforced.AddRange(steps),
        };
    }

    private RunProgress Then(TrainingEvent happened) => happened switch
    {
        TrainingEvent.Started started => Rewound(started) with { Timeline = Timeline.Add(started) },
        TrainingEvent.StepCompleted step => After([step]),
        TrainingEvent.Evaluated evaluated => this with { Evaluations = Evaluations.Add(evaluated), EvaluationSeconds = EvaluationSeconds + evaluated.Seconds },
        TrainingEvent.Rewarded rewarded => this with { Rewards = Rewards.Add(rewarded), EvaluationSeconds = EvaluationSeconds + rewarded.Seconds },
        TrainingEvent.Sampled sampled => this with { Samples = Samples.Add(sampled) },
        TrainingEvent.CheckpointSaved saved => this with { Checkpoints = Checkpoints.Add(saved), Timeline = Timeline.Add(saved) },
        TrainingEvent.Paused paused => this with { State = RunState.Paused, Pausing = false, Message = paused.Message, Timeline = Timeline.Add(paused) },
        TrainingEvent.Resumed resumed => this with { State = RunState.Running, Message = "", Timeline = Timeline.Add(resumed) },
        TrainingEvent.Ended ended => this with { End = ended, Message = ended.Message, Timeline = Timeline.Add(ended) },
        _ => this with { Timeline = Timeline.Add(happened) },
    };

    /// <summary>A resumed run goes on from a checkpoint: what came after that is said again.</summary>
    private RunProgress Rewound(TrainingEvent.Started started) => this with
    {
        State = RunState.Running,
        Facts = started,
        Step = started.Step,
        Last = started.Step == 0 ? null : Last,
        TotalSteps = started.TotalSteps,
        End = null,
        Message = "",
        Evaluations = Evaluations.RemoveAll(evaluated => evaluated.Step > started.Step),
        Rewards = Rewards.RemoveAll(rewarded => rewarded.Step > started.Step),
        Reinforced = Reinforced.RemoveAll(step => step.Step > started.Step),
        Checkpoints = Checkpoints.RemoveAll(saved => saved.Step > started.Step),
        Samples = Samples.RemoveAll(sampled => sampled.Step > started.Step),
    };
}
