using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Components.Pages.NewRun;

/// <summary>What a form's run would take, and which options fit its data: found while a person fills it in, one estimate at a time, always of the values as they are.</summary>
/// <param name="estimates">Asks the engine, and remembers.</param>
/// <param name="read">The run that the form says, by names of the library.</param>
/// <param name="suggested">What fits the data has become known.</param>
/// <param name="changed">Draws what has changed.</param>
public sealed class Planning(RunEstimates estimates, Func<RunSpecification> read, Action suggested, Action changed) : IDisposable
{
    /// <summary>An estimate looks at the data; it waits until a person has stopped typing.</summary>
    private static readonly TimeSpan EstimateDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>A rehearsal takes the machine for seconds; it waits until the form has been still for so long.</summary>
    private static readonly TimeSpan RehearsalDelay = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _closed = new();
    private CancellationTokenSource? _planning;
    private RunSuggestion? _suggestion;
    private object? _suggestedFor;

    /// <summary>The newest estimate; <see langword="null"/> before there is one, or where the run is refused.</summary>
    public RunPlan? Plan { get; private set; }

    /// <summary>Faults of the values as they are: those that the form finds itself, then those that the library tells of.</summary>
    public IReadOnlyList<UserError> Errors { get; private set; } = [];

    public bool IsEstimating { get; private set; }

    public bool IsRehearsing { get; private set; }

    public void Dispose()
    {
        _closed.Cancel();
        _planning?.Dispose();
        _closed.Dispose();
    }

    /// <summary>What fits the data of a run; <see langword="null"/> where it is not known, or nothing does.</summary>
    public RunSuggestion? SuggestionFor(RunSpecification run) => HasSuggestedFor(run) ? _suggestion : null;

    /// <summary>Whether it is known what fits the data of a run.</summary>
    public bool HasSuggestedFor(RunSpecification run) => SuggestedBy(run).Equals(_suggestedFor);

    /// <summary>Begins to plan for the values as they are now.</summary>
    /// <param name="faults">Which the form finds in them; with any, nothing is planned.</param>
    /// <param name="isReady">There is a page, a model and a dataset to plan for.</param>
    public void Begin(IReadOnlyList<UserError> faults, bool isReady)
    {
        Stop();
        Errors = faults;
        if (isReady && faults.Count == 0)
        {
            _ = PlanAsync();
        }
    }

    /// <summary>The run was refused.</summary>
    public void Refuse(IReadOnlyList<UserError> errors) => Errors = errors;

    /// <summary>What is being planned for other values must not be shown over these.</summary>
    public void Stop()
    {
        _planning?.Cancel();
        (IsEstimating, IsRehearsing) = (false, false);
    }

    /// <summary>Measures at once, also a model that is not small.</summary>
    public async Task RehearseAsync()
    {
        Stop();
        var cancelled = BeginAnew();
        try
        {
            await RehearseAsync(read(), cancelled);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            // Stopped, or something changed.
        }
    }

    /// <summary>Finds what fits the data, where that is not known yet.</summary>
    public async Task SuggestAsync(CancellationToken cancelled)
    {
        var run = read();
        if (!HasSuggestedFor(run))
        {
            var result = await estimates.SuggestAsync(run, cancelled);
            cancelled.ThrowIfCancellationRequested();
            (_suggestedFor, _suggestion) = (SuggestedBy(run), result is Result<RunSuggestion>.Success(var suggestion) ? suggestion : null);
            suggested();
            changed();
        }
    }

    /// <summary>What suggestions depend on.</summary>
    private static object SuggestedBy(RunSpecification run) => (run.Model, run.Dataset.Path, run.Dataset.HeldOutFraction, run.Lora is null, run.InitialAdapter is null);

    /// <summary>Estimates as soon as a person has stopped typing; a small model is then rehearsed, so that the figures are measured.</summary>
    private async Task PlanAsync()
    {
        var cancelled = BeginAnew();
        try
        {
            IsEstimating = true;
            await Task.Delay(EstimateDelay, cancelled);
            if (read().Method == TrainingMethod.Sft)
            {
                // First of all: the values that follow it are what is planned with.
                await SuggestAsync(cancelled);
            }

            var run = read();
            Take(await estimates.PlanAsync(run, cancelled), cancelled);
            IsEstimating = false;
            changed();
            if (run.Method == TrainingMethod.Sft && Plan is { IsSmall: true, Fits: true, Estimate.Rehearsed: false })
            {
                await Task.Delay(RehearsalDelay, cancelled);
                await RehearseAsync(run, cancelled);
            }
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            // Something changed meanwhile; its own estimate follows.
        }
    }

    private async Task RehearseAsync(RunSpecification run, CancellationToken cancelled)
    {
        IsRehearsing = true;
        changed();
        Take(await estimates.RehearseAsync(run, cancelled), cancelled);
        IsRehearsing = false;
        changed();
    }

    private void Take(Result<RunPlan> result, CancellationToken cancelled)
    {
        cancelled.ThrowIfCancellationRequested();
        switch (result)
        {
            case Result<RunPlan>.Success(var plan):
                (Plan, Errors) = (plan, []);
                break;
            case Result<RunPlan>.Refused(var errors):
                (Plan, Errors) = (null, errors);
                break;
        }
    }

    private CancellationToken BeginAnew()
    {
        _planning = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
        return _planning.Token;
    }
}
