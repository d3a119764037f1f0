using System.Globalization;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Components.Charts;
using FineTuneStudio.Components.Notices;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Runs;

/// <summary>One run, live.</summary>
public sealed partial class RunPage : IAsyncDisposable
{
    private static readonly (string Key, string Text)[] SupervisedTabs = [("charts", "Charts"), ("samples", "Samples"), ("log", "Log"), ("config", "Configuration")];

    private static readonly (string Key, string Text)[] ReinforcementTabs = [SupervisedTabs[0], ("answers", "Answers"), .. SupervisedTabs[1..]];

    private readonly CancellationTokenSource _closed = new();
    private RunDetail? _run;
    private RunProgress? _progress;
    private IReadOnlyList<RunAlarm> _alarms = [];
    private IReadOnlySet<int> _onDisk = new HashSet<int>();
    private Task _following = Task.CompletedTask;
    private int _place;
    private bool _missing;

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required Deletion Deletion { get; init; }

    [Inject]
    public required RunQueue Queue { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Parameter]
    public Guid Id { get; set; }

    [SupplyParameterFromQuery]
    public string? Tab { get; set; }

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

    /// <summary>Which answers the tab of answers shows.</summary>
    [SupplyParameterFromQuery(Name = "show")]
    public string? Filter { get; set; }

    /// <summary>Words to find in them.</summary>
    [SupplyParameterFromQuery]
    public string? Find { get; set; }

    /// <summary>A prompt to follow through the run.</summary>
    [SupplyParameterFromQuery]
    public int? Prompt { get; set; }

    private (string Key, string Text)[] Tabs => IsReinforcement ? ReinforcementTabs : SupervisedTabs;

    private string CurrentTab => Tabs.Any(tab => tab.Key == Tab) ? Tab! : Tabs[0].Key;

    private ChartView View => ChartView.Parse(From, To, Smooth, Log, Hide, Step);

    private string Share => _progress is { TotalSteps: > 0 } progress
        ? (100.0 * progress.Step / progress.TotalSteps).ToString("0.#", CultureInfo.InvariantCulture)
        : "0";

    private bool IsReinforcement => _run!.Summary.IsReinforcement;

    private string HeldOutRewardHint => _progress is { Rewards: [var first, .., var last] }
        ? $"Of the likeliest answers; before training it was {Figures.Reward(first.Reward)}, now {Figures.Reward(last.Reward)}"
        : "Mean of the likeliest answers to prompts the model never learns from";

    private string HeldOutHint => _progress is { Evaluations: [var first, .., var last] }
        ? $"In nats per token; before training it was {Figures.Loss(first.Loss)}, now {Figures.Loss(last.Loss)}"
        : "In nats per token, on rows the model never learns from";

    private string TimeText => _progress switch
    {
        { State: RunState.Running, Remaining: var (shortest, longest) } => Figures.Range(shortest, longest),
        { Timeline: [var first, .., var last] } progress when !progress.State.IsActive() => Figures.Duration(last.At - first.At),
        _ => "–",
    };

    /// <summary>What the run does at the moment, with how far it is.</summary>
    private string? Busy => _progress!.Activity is { } working ? string.Join(", ", new[] { ActivityText.Describe(working, _run!.Specification), ActivityText.HowFar(working) }.Where(text => text.Length > 0)) : null;

    /// <summary>What is read out: what a run that has no step yet waits for, then its state. Counts are left out, for they change all the time.</summary>
    private string Said => _progress is { State: RunState.Running, Last: null } ? RunWaiting.Title(_progress, _run!.Specification) : RunStatus.WordOf(_progress!.State);

    private string NoSamplesText => (_run!.Specification.Evaluation.Samples, _progress!.Facts) switch
    {
        (> 0, _) when _progress is { State: RunState.Running, Last: null, Activity: not null } => $"{Busy}. Held-out prompts are answered before training and at each evaluation; the answers appear here.",
        (0, _) => "This run asks for none. Set evaluation.samples in the next one to watch the model's answers change.",
        (_, { HeldOutRows: 0 }) => "This run holds no rows out, so there is nothing to ask. Set a held-out share in the next one.",
        _ => "Held-out prompts are answered before training and at each evaluation; the answers appear here.",
    };

    private string NoAnswersText => _progress!.State.IsActive()
        ? $"{(Busy is { } busy ? $"{busy}. " : "")}The model answers the first prompts; its answers appear here with their scores as soon as it has learnt from them."
        : "The run ended before it had learnt from any answer.";

    /// <summary>Everything worth a line, oldest first.</summary>
    private IReadOnlyList<TrainingEvent> Events => [.. _progress!.Timeline.Concat(_progress.Evaluations).Concat(_progress.Rewards).OrderBy(happened => happened.At)];

    private IReadOnlyList<PageAction> Actions => [.. CurrentActions()];

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

        await TakeAsync(subscription.InitialState);
        if (RendererInfo.IsInteractive)
        {
            _following = FollowAsync(subscription.Updates);
        }
    }

    private IEnumerable<PageAction> CurrentActions()
    {
        var progress = _progress!;
        if (progress.AdapterId is { } adapter)
        {
            yield return new("See the adapter", "adapter") { Address = $"/adapters/{adapter}", Primary = true };
        }

        if (progress.State == RunState.Paused)
        {
            yield return new("Resume", "play") { Act = Do(() => Runs.Resume(Id)), Primary = true };
        }

        if (progress.State == RunState.Running)
        {
            yield return new(progress.Pausing ? "Pausing after this step…" : "Pause", "pause") { Act = Do(() => Runs.Pause(Id)), Disabled = progress.Pausing || progress.Stopping };
        }

        if (progress.State is RunState.Running or RunState.Paused)
        {
            yield return new(progress.Stopping ? "Stopping after this step…" : "Stop and keep", "stop")
            {
                Act = Do(() => Runs.StopAndKeep(Id)), Disabled = progress.Stopping, Hint = "Finish this step, keep what was learnt as an adapter",
            };
        }

        if (progress.State is RunState.Failed or RunState.Cancelled)
        {
            yield return new("Go on", "play") { Act = GoOnAsync, Primary = true, Hint = "From its newest checkpoint, or from the beginning where there is none" };
        }

        yield return new("Same as this, but…", "copy") { Address = $"/runs/new?like={Id}", Seldom = progress.State.IsActive(), Hint = "A new run with these options, to be changed" };
        if (progress.State.IsActive())
        {
            yield return new("Cancel the run", "cross")
            {
                Act = () => Runs.CancelAsync(Id, _closed.Token), Disabled = progress.Stopping, Danger = true, Seldom = true, Hint = "End without an adapter; checkpoints stay until the run is deleted",
            };
        }
        else
        {
            yield return new("Delete", "trash") { Act = () => Deletion.DeleteAsync(ThingKind.Run, Id, _run!.Summary.Name, "/runs"), Danger = true };
        }
    }

    private static Func<Task> Do(Action act) => () =>
    {
        act();
        return Task.CompletedTask;
    };

    /// <summary>The stream of a run that was over has ended: the page follows anew.</summary>
    private async Task GoOnAsync()
    {
        await Runs.GoOnAsync(Id, _closed.Token);
        Navigation.NavigateTo($"/runs/{Id}", forceLoad: true);
    }

    private async Task TakeAsync(RunProgress update)
    {
        if (!ReferenceEquals(update.Checkpoints, _progress?.Checkpoints))
        {
            _onDisk = Runs.CheckpointsOnDisk(Id);
        }

        if (!ReferenceEquals(update.Reinforced, _progress?.Reinforced) || !ReferenceEquals(update.Rewards, _progress?.Rewards))
        {
            _alarms = RunAlarms.Of(update.Reinforced, update.Rewards);
        }

        if (update.State == RunState.Queued)
        {
            _place = await Queue.PlaceOfAsync(Id, _closed.Token);
        }

        _progress = update;
    }

    private async Task FollowAsync(IAsyncEnumerable<RunProgress> updates)
    {
        try
        {
            await foreach (var update in updates)
            {
                await InvokeAsync(async () =>
                {
                    await TakeAsync(update);
                    StateHasChanged();
                });
            }
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page was closed; nothing is left to show it to.
        }
    }

    /// <summary>The address follows how the charts are looked at; nothing is drawn anew.</summary>
    private void Show(ChartView view) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(view.ToQuery()), replace: true);

    private async Task RenamedAsync() => _run = await Runs.FindAsync(Id, _closed.Token);

    private void ShowStep(int? step) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("step", step), replace: true);
}
