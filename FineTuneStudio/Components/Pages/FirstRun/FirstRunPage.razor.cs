using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.FirstRun;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.FirstRun;

/// <summary>From nothing to an adapter in a few clicks. Where a person is stands in the address, so a reload goes on at the same place.</summary>
public sealed partial class FirstRunPage : IAsyncDisposable
{
    private const string ModelStep = "model";

    private static readonly IReadOnlyList<string> Steps = ["Examples", "Base model", "Learning", "Result"];

    private readonly CancellationTokenSource _closed = new();
    private readonly List<(int Step, double Loss)> _points = [];
    private IReadOnlyList<UserError> _errors = [];
    private RunProgress? _progress;
    private AdapterSummary? _adapter;
    private Guid? _followed;
    private Task _following = Task.CompletedTask;
    private bool _missing;
    private bool _starting;

    [Inject]
    public required FirstRunGuide Guide { get; init; }

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required AdapterLibrary Adapters { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    /// <summary>The run, once it was started.</summary>
    [Parameter]
    public Guid? RunId { get; set; }

    /// <summary>Where a person is before that.</summary>
    [SupplyParameterFromQuery]
    public string? Step { get; set; }

    private static IReadOnlyList<SampleRow> Examples { get; } = FirstRunGuide.Examples(4);

    private int Current => RunId is null ? (Step == ModelStep ? 1 : 0) : _progress is { State: RunState.Completed or RunState.Stopped } ? Steps.Count - 1 : 2;

    private string? Tab => RunId is not null && _progress is { } progress && progress.State.IsActive() ? RunFigures.Tab(progress, "Your first model") : null;

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _following;
        _closed.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (RunId is { } id)
        {
            await FollowAsync(id);
        }
        else if (Step is null && await Guide.FindRunAsync(_closed.Token) is { Active: true } running)
        {
            // Somebody left in the middle: the guide goes on where it was.
            Navigation.NavigateTo($"/first-run/{running.Id}", replace: true);
        }
    }

    private async Task StartAsync()
    {
        (_starting, _errors) = (true, []);
        switch (await Guide.StartAsync(_closed.Token))
        {
            case Result<RunSummary>.Success(var run):
                Navigation.NavigateTo($"/first-run/{run.Id}");
                break;
            case Result<RunSummary>.Refused(var errors):
                _errors = errors;
                break;
        }

        _starting = false;
    }

    private async Task FollowAsync(Guid id)
    {
        if (_followed == id)
        {
            return;
        }

        (_followed, _progress, _adapter) = (id, null, null);
        _points.Clear();
        if (await Runs.FollowAsync(id, _closed.Token) is not { } subscription)
        {
            _missing = true;
            return;
        }

        // What was learnt before the page was opened; it adds what comes.
        _points.AddRange((await Runs.PointsAsync(id, 0, subscription.InitialState.Step, _closed.Token))?.Losses() ?? []);
        await TakeAsync(subscription.InitialState);
        if (RendererInfo.IsInteractive)
        {
            _following = FollowAsync(id, subscription.Updates);
        }
    }

    private async Task FollowAsync(Guid id, IAsyncEnumerable<RunProgress> updates)
    {
        try
        {
            await foreach (var update in updates)
            {
                if (_followed != id)
                {
                    return;
                }

                await InvokeAsync(() => TakeAsync(update));
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page was closed; the run goes on, and this address leads back to it.
        }
    }

    private async Task TakeAsync(RunProgress progress)
    {
        _progress = progress;
        if (progress.Last is { } last && (_points.Count == 0 || last.Step > _points[^1].Step))
        {
            _points.Add((last.Step, last.Loss));
        }

        if (progress.AdapterId is { } adapter && _adapter is null)
        {
            _adapter = await Adapters.FindAsync(adapter, _closed.Token);
        }
    }
}
