using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Home;

/// <summary>A run that is not over: how far it is, once a second.</summary>
public sealed partial class LiveRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private RunProgress? _progress;
    private Task _following = Task.CompletedTask;

    [Inject]
    public required RunService Runs { get; init; }

    [Parameter, EditorRequired]
    public RunSummary Run { get; set; } = null!;

    /// <summary>Told of each state, for the page's title.</summary>
    [Parameter]
    public EventCallback<RunProgress> Progressed { get; set; }

    private RunState State => _progress?.State ?? Run.State;

    private RunProgress Progress => _progress ?? new RunProgress { State = Run.State, Step = Run.Step, TotalSteps = Run.TotalSteps };

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _following;
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        if (await Runs.FollowAsync(Run.Id, _closed.Token) is { } subscription)
        {
            _progress = subscription.InitialState;
            _following = RendererInfo.IsInteractive ? FollowAsync(subscription.Updates) : Task.CompletedTask;
        }
    }

    private async Task FollowAsync(IAsyncEnumerable<RunProgress> updates)
    {
        try
        {
            await foreach (var update in updates)
            {
                _progress = update;
                await InvokeAsync(() => Progressed.InvokeAsync(update));
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page was closed, or the run is no longer shown.
        }
    }
}
