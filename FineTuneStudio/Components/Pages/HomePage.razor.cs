using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages;

/// <summary>What runs now, what needs a hand, what is finished.</summary>
public sealed partial class HomePage : IDisposable
{
    private const int MostShown = 8;
    private static readonly TimeSpan RefreshPace = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<RunSummary>? _runs;

    [Inject]
    public required RunService Runs { get; init; }

    private IReadOnlyList<RunSummary> Now => [.. _runs!.Where(run => run.Active)];

    private IReadOnlyList<RunSummary> Troubled => [.. _runs!.Where(run => run.State == RunState.Failed).Take(MostShown)];

    private IReadOnlyList<RunSummary> Done => [.. _runs!.Where(run => !run.Active && run.State != RunState.Failed).Take(MostShown)];

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
