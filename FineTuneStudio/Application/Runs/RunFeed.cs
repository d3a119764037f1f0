using System.Runtime.CompilerServices;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>One run's facts on their way from its thread to every page that watches: state and stream under one lock.</summary>
internal sealed class RunFeed(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly RunPoints _points = new();
    private RunProgress _progress = new();
    private long _version;
    private TaskCompletionSource _changed = NewSignal();

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
    public void Append(TrainingEvent happened) => Change(() =>
    {
        switch (happened)
        {
            case TrainingEvent.Started started:
                _points.Rewind(started.Step);
                break;
            case TrainingEvent.StepCompleted step when step.Step > _points.LastStep:
                _points.Add(step);
                break;
        }

        _progress = _progress.After(happened);
    });

    /// <summary>Changes what is known besides the engine's events.</summary>
    public void Update(Func<RunProgress, RunProgress> change) => Change(() => _progress = change(_progress));

    /// <summary>The state now and all later ones, at most one in <paramref name="pace"/>.</summary>
    public RunSubscription Subscribe(TimeSpan pace, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new RunSubscription(_progress, FollowAsync(_version, pace, cancellationToken));
        }
    }

    /// <summary>Points after a step: first the gap, then what comes, at most one message in <paramref name="pace"/>; ends with the run.</summary>
    public async IAsyncEnumerable<RunDelta> FollowPointsAsync(
        int lastStep, TimeSpan pace, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = -1L;
        while (true)
        {
            RunDelta? delta = null;
            Task changed;
            lock (_gate)
            {
                if (_version != seen)
                {
                    seen = _version;
                    delta = Delta(lastStep);
                    lastStep = Math.Max(lastStep, delta.Points.LastStep);
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

            await Task.Delay(pace, time, cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async IAsyncEnumerable<RunProgress> FollowAsync(long seen, TimeSpan pace, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            RunProgress? next = null;
            Task changed;
            lock (_gate)
            {
                if (_version != seen)
                {
                    seen = _version;
                    next = _progress;
                }

                changed = _changed.Task;
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
            await Task.Delay(pace, time, cancellationToken);
        }
    }

    private RunDelta Delta(int lastStep) => new(
        _points.After(lastStep),
        [.. _progress.Evaluations.Select(evaluated => new[] { evaluated.Step, evaluated.Loss })],
        [.. _progress.Checkpoints.Select(saved => saved.Step)],
        _progress.TotalSteps,
        _progress.State);

    private void Change(Action change)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            change();
            _version++;
            signal = _changed;
            _changed = NewSignal();
        }

        signal.SetResult();
    }
}
