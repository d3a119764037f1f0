using FineTuneStudio.Application.Home;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Application.Settings;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Domain;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Home;

/// <summary>What runs now, what needs a hand, what is finished, what could be next.</summary>
public sealed partial class HomePage : IDisposable
{
    private static readonly TimeSpan RefreshPace = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _closed = new();
    private HomeView? _view;
    private DateTimeOffset? _seenAt;
    private string? _runTab;

    [Inject]
    public required HomeBoard Board { get; init; }

    [Inject]
    public required SettingsStore Settings { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    private string? Tab => _view is { Now.Count: > 0 } ? _runTab : null;

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        // What ended after the last look is new; on the very first one nothing is.
        _seenAt = Settings.Current.HomeSeenAt ?? Time.GetUtcNow();
        _view = await Board.ReadAsync(_closed.Token);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _ = RefreshAsync(_closed.Token);
            await Settings.TryChangeAsync(settings => settings with { HomeSeenAt = Time.GetUtcNow() }, _closed.Token);
        }
    }

    private static string AddressOf(HomeConcern concern) => concern.Kind == ThingKind.Run ? $"/runs/{concern.Id}" : $"/datasets/{concern.Id}";

    /// <summary>The first run of the list has the machine: the tab follows it.</summary>
    private void Follow(RunSummary run, RunProgress progress)
    {
        if (_view?.Now is [var first, ..] && first.Id == run.Id)
        {
            _runTab = RunFigures.Tab(progress, run.Name);
        }
    }

    private async Task LeaveAloneAsync(HomeConcern concern)
    {
        await Board.LeaveAloneAsync(concern.Id, _closed.Token);
        _view = await Board.ReadAsync(_closed.Token);
    }

    /// <summary>Runs that are shown follow themselves; this finds new ones and those that ended.</summary>
    private async Task RefreshAsync(CancellationToken closed)
    {
        using var timer = new PeriodicTimer(RefreshPace);
        try
        {
            while (await timer.WaitForNextTickAsync(closed))
            {
                _view = await Board.ReadAsync(closed);
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The page was closed.
        }
    }
}
