using System.Runtime.CompilerServices;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>One run's facts on their way from its thread to every page that watches: state and stream under one lock.</summary>
internal sealed class RunFeed(TimeProvider time)
{
    /// <summary>News (a state, a checkpoint, a sample) reach a page at most ten times a second; figures alone at the page's own pace.</summary>
    private static readonly TimeSpan NewsPace = TimeSpan.FromMilliseconds(100);

    private const int SketchFigures = 48;

    private readonly Lock _gate = new();
    private readonly RunPoints _points = new();
    private readonly List<(long Version, int Step)> _rewinds = [];
    private RunProgress _progress = new();
    private DateTimeOffset? _start;
    private long _version;
    private TaskCompletionSource _changed = NewSignal();
    private TaskCompletionSource _news = NewSignal();

    public RunProgress Progress
    {
        get
        {
            lock (_gate)
            {
                return _progress;
            }
        }
    }

    /// <summary>Takes an event in. Called on the run's own thread.</summary>
    public void Append(TrainingEvent happened) => Change(() => Take(happened));

    /// <summary>Takes in what happened before this process lived, before anybody watches.</summary>
    public void Load(IEnumerable<TrainingEvent> past) => Change(() =>
    {
        var steps = new List<TrainingEvent.StepCompleted>();
        foreach (var happened in past)
        {
            if (happened is TrainingEvent.StepCompleted step)
            {
                Draw(step);
                steps.Add(step);
                continue;
            }

            // One state for all steps between two other events: nobody sees those between.
            _progress = _progress.After(steps);
            steps.Clear();
            Take(happened);
        }

        _progress = _progress.After(steps);
    });

    /// <summary>Changes what is known besides the engine's events.</summary>
    public void Update(Func<RunProgress, RunProgress> change) => Change(() => _progress = change(_progress));

    /// <summary>The state now and all later ones; where only figures change, at most one in <paramref name="pace"/>.</summary>
    public RunSubscription Subscribe(TimeSpan pace, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new RunSubscription(_progress, FollowAsync(_version, pace, cancellationToken));
        }
    }

    /// <summary>The loss in a few figures, for a list.</summary>
    public float[] Sketch()
    {
        lock (_gate)
        {
            return _points.Sketch(SketchFigures);
        }
    }

    /// <summary>Points of a stretch of steps.</summary>
    public PackedPoints Window(int from, int to)
    {
        lock (_gate)
        {
            return _points.Window(from, to);
        }
    }

    /// <summary>Points after a step: first the gap, then what comes, one message in <paramref name="pace"/> on average at most; ends with the run.</summary>
    public async IAsyncEnumerable<RunDelta> FollowPointsAsync(
        int lastStep, TimeSpan pace, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = -1L;
        RunProgress? told = null;
        var clock = time.GetTimestamp();
        var messages = new MessagePace(pace);
        while (true)
        {
            RunDelta? delta = null;
            Task changed;
            lock (_gate)
            {
                if (_version != seen)
                {
                    lastStep = Math.Min(ValidUntil(seen, lastStep), _points.LastStep);
                    delta = Delta(lastStep, told);
                    (seen, told, lastStep) = (_version, _progress, _points.LastStep);
                }

                changed = _changed.Task;
            }

            if (delta is null)
            {
                await changed.WaitAsync(cancellationToken);
                continue;
            }

            yield return delta;
            if (!delta.State.IsActive())
            {
                yield break;
            }

            messages.Sent(time.GetElapsedTime(clock));
            await DelayAsync(messages.Earliest - time.GetElapsedTime(clock), cancellationToken);
            await AwaitAsync(NextChange(), messages.Due - time.GetElapsedTime(clock), cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task DelayAsync(TimeSpan rest, CancellationToken cancellationToken) => rest > TimeSpan.Zero ? Task.Delay(rest, time, cancellationToken) : Task.CompletedTask;

    // What may happen, but no longer than so.
    private async Task AwaitAsync(Task happens, TimeSpan longest, CancellationToken cancellationToken)
    {
        await Task.WhenAny(happens, DelayAsync(longest, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
    }

    private Task NextChange()
    {
        lock (_gate)
        {
            return _changed.Task;
        }
    }

    private async IAsyncEnumerable<RunProgress> FollowAsync(long seen, TimeSpan pace, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            RunProgress? next = null;
            Task changed, news;
            lock (_gate)
            {
                if (_version != seen)
                {
                    seen = _version;
                    next = _progress;
                }

                (changed, news) = (_changed.Task, _news.Task);
            }

            if (next is null)
            {
                if (!Progress.State.IsActive())
                {
                    yield break;
                }

                await changed.WaitAsync(cancellationToken);
                continue;
            }

            yield return next;
            await Task.Delay(NewsPace < pace ? NewsPace : pace, time, cancellationToken);
            if (NewsPace < pace)
            {
                await AwaitAsync(news, pace - NewsPace, cancellationToken);
            }
        }
    }

    private void Take(TrainingEvent happened)
    {
        switch (happened)
        {
            case TrainingEvent.Started started:
                _start ??= started.At;
                if (started.Step < _points.LastStep)
                {
                    _points.Rewind(started.Step);
                    _rewinds.Add((_version, started.Step));
                }

                break;
            case TrainingEvent.StepCompleted step:
                Draw(step);
                break;
        }

        _progress = _progress.After(happened);
    }

    /// <summary>Adds a step to the curves, unless they have it.</summary>
    private void Draw(TrainingEvent.StepCompleted step)
    {
        if (step.Step > _points.LastStep)
        {
            _points.Add(step, step.At - (_start ?? step.At));
        }
    }

    /// <summary>The last step that a reader who saw everything up to <paramref name="version"/> may keep.</summary>
    private int ValidUntil(long version, int step) => version < 0 ? step : _rewinds.Where(rewind => rewind.Version >= version).Select(rewind => rewind.Step).Append(step).Min();

    private RunDelta Delta(int lastStep, RunProgress? told) => new(
        lastStep,
        _points.After(lastStep),
        ReferenceEquals(told?.Evaluations, _progress.Evaluations) ? null : [.. _progress.Evaluations.Select(evaluated => new[] { evaluated.Step, evaluated.Loss })],
        ReferenceEquals(told?.Checkpoints, _progress.Checkpoints) ? null : [.. _progress.Checkpoints.Select(saved => saved.Step)],
        _progress.TotalSteps,
        _progress.State)
    {
        Rewards = ReferenceEquals(told?.Rewards, _progress.Rewards) || _progress.Rewards.IsEmpty && told is null
            ? null
            : [.. _progress.Rewards.Select(rewarded => new[] { rewarded.Step, rewarded.Reward })],
    };

    private void Change(Action change)
    {
        TaskCompletionSource signal;
        TaskCompletionSource? news = null;
        lock (_gate)
        {
            var before = _progress;
            change();
            _version++;
            (signal, _changed) = (_changed, NewSignal());
            if (_progress.IsNewsAfter(before))
            {
                (news, _news) = (_news, NewSignal());
            }
        }

        signal.SetResult();
        news?.SetResult();
    }
}
