using FineTuneStudio.Application.Runs;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Runs;

/// <summary>A page over the list of all runs, read again whenever one of them begins, moves on or goes.</summary>
public abstract class RunsRefreshingPage : ComponentBase, IDisposable
{
    /// <summary>Lists move on at most once a second.</summary>
    private static readonly TimeSpan RefreshPace = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _closed = new();
    private long _seen;

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required RunChanges Changes { get; init; }

    /// <summary>Every run, the newest first; <see langword="null"/> until they are read.</summary>
    protected IReadOnlyList<RunSummary>? AllRuns { get; private set; }

    /// <summary>Cancelled when the page is closed.</summary>
    protected CancellationToken Closed => _closed.Token;

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override Task OnInitializedAsync() => ReadAsync();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _ = RefreshAsync(_closed.Token);
        }
    }

    private async Task ReadAsync()
    {
        _seen = Changes.Version;
        AllRuns = await Runs.ListAsync(_closed.Token);
    }

    private async Task RefreshAsync(CancellationToken closed)
    {
        try
        {
            while (true)
            {
                await Changes.WaitAsync(_seen, closed);
                await InvokeAsync(async () =>
                {
                    await ReadAsync();
                    StateHasChanged();
                });
                await Task.Delay(RefreshPace, closed);
            }
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The page was closed.
        }
    }
}
