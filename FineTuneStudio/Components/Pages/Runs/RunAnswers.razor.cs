using System.Globalization;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Runs;

/// <summary>The answers of a reinforcement run; follows the newest batch until a person chooses a step.</summary>
public sealed partial class RunAnswers : IDisposable
{
    private const int PageSize = 8;

    // Of a prompt through the run, so many batches can be read; of the others the mean reward is kept.
    private const int MostFollowed = 40;

    private static readonly (RolloutFilter Filter, string Text)[] Filters =
    [
        (RolloutFilter.All, "Every answer"), (RolloutFilter.Best, "Best of each prompt"), (RolloutFilter.Worst, "Worst of each prompt"), (RolloutFilter.Cut, "Cut at the limit"),
        (RolloutFilter.Errors, "Not graded"), (RolloutFilter.ZeroVariance, "All of the same reward"),
    ];

    private readonly CancellationTokenSource _closed = new();
    private CancellationTokenSource? _following;
    private IReadOnlyList<int>? _steps;
    private IReadOnlyList<RolloutGroup>? _groups;
    private List<RolloutGroup> _followed = [];
    private List<(int Step, double? Reward)> _means = [];
    private string? _fault;
    private int _read;
    private int _readAt = -1;
    private int? _followedRow;
    private int? _moved;
    private int _most = PageSize;
    private bool _searching;

    [Inject]
    public required RunRollouts Rollouts { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Parameter, EditorRequired]
    public Guid RunId { get; set; }

    /// <summary>Steps done so far: with each there may be new answers.</summary>
    [Parameter, EditorRequired]
    public int LastStep { get; set; }

    /// <summary>The step in the address; the newest batch without one.</summary>
    [Parameter]
    public int? Step { get; set; }

    /// <summary>Where the prompts are from; <see langword="null"/> where it was deleted.</summary>
    [Parameter]
    public Guid? Dataset { get; set; }

    /// <summary>Why there may be none.</summary>
    [Parameter]
    public string EmptyText { get; set; } = "";

    /// <summary>Which answers, as the address says it; all without.</summary>
    [Parameter]
    public string? Show { get; set; }

    /// <summary>Words to find.</summary>
    [Parameter]
    public string? Find { get; set; }

    /// <summary>A prompt to follow through the run: its row among the good ones.</summary>
    [Parameter]
    public int? Prompt { get; set; }

    private RolloutFilter Filter => Enum.TryParse<RolloutFilter>(Show, ignoreCase: true, out var filter) ? filter : RolloutFilter.All;

    private int Index => Math.Max(0, _steps!.ToList().FindLastIndex(step => step <= (_moved ?? Step ?? int.MaxValue)));

    private int Current => _steps![Index];

    private IReadOnlyList<RolloutSelection> Shown => RolloutSelection.Of(_groups!, Filter, Find?.Trim() ?? "");

    private string Summary
    {
        get
        {
            var answers = _groups!.SelectMany(group => group.Answers).ToList();
            var (cut, errors) = (answers.Count(answer => answer.Cut), answers.Count(answer => answer.Grade.Error is not null));
            return $"{Figures.Count(answers.Count, "answer")} to {Figures.Count(_groups!.Count, "prompt")}{(cut > 0 ? $", {Figures.Count(cut)} cut" : "")}{(errors > 0 ? $", {Figures.Count(errors)} not graded" : "")}";
        }
    }

    public void Dispose()
    {
        _closed.Cancel();
        _following?.Dispose();
        _closed.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (Prompt != _followedRow)
        {
            _followedRow = Prompt;
            await SearchAsync();
        }

        if (_readAt != LastStep || _steps is not null && _steps.Count > 0 && Current != _read)
        {
            await ReadAsync();
        }
    }

    private static double Largest(IReadOnlyList<RolloutGroup> groups) => groups.SelectMany(group => group.Answers).Select(answer => Math.Abs(answer.Advantage)).DefaultIfEmpty(0).Max();

    private async Task ReadAsync()
    {
        try
        {
            _readAt = LastStep;
            if (Take(await Rollouts.StepsAsync(RunId, _closed.Token)) is not { } steps)
            {
                return;
            }

            _steps = steps;
            var wanted = steps.Count == 0 ? 0 : Current;
            if (wanted != _read || _groups is null)
            {
                _read = wanted;
                _groups = steps.Count == 0 ? [] : Take(await Rollouts.ReadAsync(RunId, wanted, _closed.Token)) ?? _groups;
            }
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page was closed.
        }
    }

    private async Task SearchAsync()
    {
        _following?.Cancel();
        _following?.Dispose();
        (_following, _followed, _means, _searching, _most) = (null, [], [], Prompt is not null, PageSize);
        if (Prompt is not { } row || !RendererInfo.IsInteractive)
        {
            return;
        }

        _following = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
        var cancelled = _following.Token;
        try
        {
            await foreach (var group in Rollouts.FollowAsync(RunId, row, cancelled))
            {
                _means.Add((group.Step, group.Answers.Average(answer => answer.Reward)));
                if (_followed.Count < MostFollowed)
                {
                    _followed.Add(group);
                    StateHasChanged();
                }
            }

            _searching = false;
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            // The page was closed, or another prompt is followed.
        }
        catch (Exception exception) when (exception is IOException or System.Text.Json.JsonException)
        {
            (_fault, _searching) = ($"The answers cannot be read: {exception.Message}", false);
        }
    }

    private T? Take<T>(Result<T> result)
        where T : class
    {
        _fault = result is Result<T>.Refused(var errors) ? errors[0].Message : null;
        return result is Result<T>.Success(var value) ? value : null;
    }

    private async Task MoveAsync(ChangeEventArgs change)
    {
        _moved = _steps![IndexAt(change)];
        await ReadAsync();
    }

    /// <summary>The address follows once the hand rests; at the end it follows the run.</summary>
    private void Settle(ChangeEventArgs change) => Go(IndexAt(change));

    private void Go(int index)
    {
        (_moved, _most) = (null, PageSize);
        Change("step", index >= _steps!.Count - 1 ? null : _steps[index]);
    }

    private int IndexAt(ChangeEventArgs change) => Math.Clamp(int.Parse((string)change.Value!, CultureInfo.InvariantCulture), 0, _steps!.Count - 1);

    private void Seek(ChangeEventArgs change) => Change("find", string.IsNullOrWhiteSpace((string?)change.Value) ? null : (string)change.Value!);

    private void Choose(ChangeEventArgs change) => Change("show", (string?)change.Value is { } text and not nameof(RolloutFilter.All) ? text : null);

    private void ShowAll() => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["find"] = null, ["show"] = null }), replace: true);

    private void FollowPrompt(int? row) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("prompt", row));

    private void Change(string part, object? value)
        => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { [part] = value }), replace: true);
}
