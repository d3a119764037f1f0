using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Components.Pages.NewRun;

/// <summary>One forecast at a time for a form, asked for in its tree or beside its options.</summary>
/// <param name="estimates">Asks the engine, and remembers.</param>
/// <param name="changed">Draws what has changed.</param>
public sealed class Forecasting(RunEstimates estimates, Action changed) : IDisposable
{
    private CancellationTokenSource? _asking;

    /// <summary>The newest forecast; <see langword="null"/> before there is one for this form.</summary>
    public RunForecast? Last { get; private set; }

    public IReadOnlyList<UserError> Errors { get; private set; } = [];

    public bool IsAsking => _asking is not null;

    public void Dispose()
    {
        _asking?.Cancel();
        _asking?.Dispose();
    }

    /// <summary>Takes up what was measured for such a run before, in this form or another.</summary>
    public void TakeUp(RunSpecification specification) => Last = Last?.TellsOf(specification) == true ? Last : estimates.FindForecast(specification) ?? Last;

    public void Stop() => _asking?.Cancel();

    public async Task AskAsync(RunSpecification specification)
    {
        if (IsAsking)
        {
            return;
        }

        using var asking = _asking = new CancellationTokenSource();
        changed();
        try
        {
            switch (await estimates.ForecastAsync(specification, asking.Token))
            {
                case Result<RunForecast>.Success(var forecast):
                    (Last, Errors) = (forecast, []);
                    break;
                case Result<RunForecast>.Refused(var errors):
                    Errors = errors;
                    break;
            }
        }
        catch (OperationCanceledException) when (asking.IsCancellationRequested)
        {
            // Stopped, or the page was left.
        }
        finally
        {
            _asking = null;
        }

        if (!asking.IsCancellationRequested)
        {
            changed();
        }
    }
}
