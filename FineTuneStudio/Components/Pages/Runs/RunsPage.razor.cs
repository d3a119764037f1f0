using FineTuneStudio.Application.Runs;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Runs;

public sealed partial class RunsPage : IDisposable
{
    private static readonly TimeSpan RefreshPace = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<RunSummary>? _runs;

    [Inject]
    public required RunService Runs { get; init; }

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync() => _runs = await Runs.ListAsync(_closed.Token);

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
                if (_runs is null || _runs.Any(run => run.Active))
                {
                    _runs = await Runs.ListAsync(closed);
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
