using System.Globalization;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Components.Charts;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Domain;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Runs;

/// <summary>One run, live.</summary>
public sealed partial class RunPage : IAsyncDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private RunDetail? _run;
    private RunProgress? _progress;
    private Task _following = Task.CompletedTask;
    private bool _missing;
    private bool _deleting;

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    [Parameter]
    public Guid Id { get; set; }

    [SupplyParameterFromQuery]
    public int? From { get; set; }

    [SupplyParameterFromQuery]
    public int? To { get; set; }

    [SupplyParameterFromQuery]
    public double? Smooth { get; set; }

    [SupplyParameterFromQuery]
    public string? Log { get; set; }

    [SupplyParameterFromQuery]
    public string? Hide { get; set; }

    [SupplyParameterFromQuery]
    public int? Step { get; set; }

    private ChartView View => ChartView.Parse(From, To, Smooth, Log, Hide, Step);

    private string Share => _progress is { TotalSteps: > 0 } progress
        ? (100.0 * progress.Step / progress.TotalSteps).ToString("0.#", CultureInfo.InvariantCulture)
        : "0";

    private string HeldOutHint => _progress is { Evaluations: [var first, .., var last] }
        ? $"In nats per token; before training it was {Figures.Loss(first.Loss)}, now {Figures.Loss(last.Loss)}"
        : "In nats per token, on rows the model never learns from";

    private string TimeText => _progress switch
    {
        { State: RunState.Running, Remaining: { } remaining } => Figures.Range(remaining * 0.9, remaining * 1.25),
        { Timeline: [var first, .., var last] } progress when !progress.State.IsActive() => Figures.Duration(last.At - first.At),
        _ => "–",
    };

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _following;
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        _run = await Runs.FindAsync(Id, _closed.Token);
        if (await Runs.FollowAsync(Id, _closed.Token) is not { } subscription || _run is null)
        {
            _missing = true;
            return;
        }

        _progress = subscription.InitialState;
        if (RendererInfo.IsInteractive)
        {
            _following = FollowAsync(subscription.Updates);
        }
    }

    /// <summary>The stream of a run that was over has ended: the page follows anew.</summary>
    private async Task GoOnAsync()
    {
        await Runs.GoOnAsync(Id, _closed.Token);
        Navigation.NavigateTo($"/runs/{Id}", forceLoad: true);
    }

    private async Task FollowAsync(IAsyncEnumerable<RunProgress> updates)
    {
        try
        {
            await foreach (var update in updates)
            {
                _progress = update;
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page was closed; nothing is left to show it to.
        }
    }

    /// <summary>The address follows how the charts are looked at; nothing is drawn anew.</summary>
    private void Show(ChartView view) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(view.ToQuery()), replace: true);

    private void Pause() => Runs.Pause(Id);

    private void Resume() => Runs.Resume(Id);

    private void Stop() => Runs.StopAndKeep(Id);

    private Task CancelAsync() => Runs.CancelAsync(Id, _closed.Token);

    /// <summary>The first click asks, the second deletes.</summary>
    private async Task DeleteAsync()
    {
        if (!_deleting)
        {
            _deleting = true;
            return;
        }

        await Runs.DeleteAsync(Id, _closed.Token);
        Navigation.NavigateTo("/runs");
    }
}
