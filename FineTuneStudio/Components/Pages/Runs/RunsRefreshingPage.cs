using FineTuneStudio.Application.Runs;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Runs;

/// <summary>A page over the list of all runs, read again while one of them is active.</summary>
public abstract class RunsRefreshingPage : ComponentBase, IDisposable
{
    private static readonly TimeSpan RefreshPace = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _closed = new();

    [Inject]
    public required RunService Runs { get; init; }

    /// <summary>Every run, the newest first; <see langword="null"/> until they are read.</summary>
    protected IReadOnlyList<RunSummary>? AllRuns { get; private set; }

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override async Task OnInitializedAsync() => AllRuns = await Runs.ListAsync(_closed.Token);

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _ = RefreshAsync(_closed.Token);
        }
    }

    /// <summary>Lists are small and seldom change: looking every second is simpler than following every run.</summary>
    private async Task RefreshAsync(CancellationToken closed)
    {
        using var timer = new PeriodicTimer(RefreshPace);
        try
        {
            while (await timer.WaitForNextTickAsync(closed))
            {
                if (AllRuns is null || AllRuns.Any(run => run.Active))
                {
                    AllRuns = await Runs.ListAsync(closed);
                    await InvokeAsync(StateHasChanged);
                }
            }
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The page was closed.
        }
    }
}
