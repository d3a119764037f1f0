using FineTuneStudio.Application.Graders;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FineTuneStudio.Components.Graders;

/// <summary>Writes and tries a grader. What is typed is told as soon as it is a JSON object; until then the form keeps what it had.</summary>
public sealed partial class GraderEditor : IDisposable
{
    private const int Rows = 8;

    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<(int Line, string Message)> _faults = [];
    private IReadOnlyList<UserError> _refusals = [];
    private IReadOnlyList<GraderTrial>? _trials;
    private IJSObjectReference? _module;
    private string? _text;
    private string _told = "";
    private string _about = "";
    private bool _trying;

    [Inject]
    public required GraderTrials Trials { get; init; }

    [Inject]
    public required IJSRuntime Script { get; init; }

    [Parameter]
    public string Id { get; set; } = "grader-json";

    /// <summary>What the form says.</summary>
    [Parameter, EditorRequired]
    public string Json { get; set; } = "";

    /// <summary>Name of the dataset it is tried on.</summary>
    [Parameter, EditorRequired]
    public string Dataset { get; set; } = "";

    /// <summary>Graders to begin with.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<GraderTemplate> Templates { get; set; } = [];

    /// <summary>Whether it can be tried here; a page may grade by itself.</summary>
    [Parameter]
    public bool CanTry { get; set; } = true;

    /// <summary>The text is another grader.</summary>
    [Parameter, EditorRequired]
    public EventCallback<string> Edited { get; set; }

    /// <summary>Told whether the text can be used as it is.</summary>
    [Parameter]
    public EventCallback<bool> Sound { get; set; }

    private string Shown => _text ?? Json;

    private string Verdict
    {
        get
        {
            var own = Scores(trial => trial.Own);
            var other = Scores(trial => trial.OtherGrade);
            return $"The dataset's own answers score {Figures.Reward(own)} in the mean{(other is null ? "" : $", those of other rows {Figures.Reward(other)}")}.";
        }
    }

    /// <summary>What a reward must do: tell good answers from others.</summary>
    private string? Warning
    {
        get
        {
            var grades = _trials!.SelectMany(trial => new[] { trial.Own, trial.OtherGrade }).OfType<Grade>().ToList();
            return grades.Count(grade => grade.Error is not null) is > 0 and var errors
                ? $"{errors} of {grades.Count} answers could not be graded: such answers teach nothing."
                : Scores(trial => trial.Own) is { } own && Scores(trial => trial.OtherGrade) is { } other && own <= other
                    ? "The dataset's own answers score no better than those of other rows: this grader rewards something else."
                    : null;
        }
    }

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_about != Dataset)
        {
            (_about, _trials, _refusals) = (Dataset, null, []);
        }

        // What came from elsewhere (a template, the specification) replaces what was typed.
        if (Json != _told)
        {
            (_text, _told, _trials) = (null, Json, null);
            await CheckAsync(Json);
        }
    }

    private Task TakeAsync(string json) => ChangeAsync(json);

    private Task EditAsync(ChangeEventArgs change) => ChangeAsync((string?)change.Value ?? "");

    private async Task ChangeAsync(string text)
    {
        (_text, _trials, _refusals) = (text, null, []);
        if (await CheckAsync(text))
        {
            _told = text;
            await Edited.InvokeAsync(text);
        }
    }

    private async Task<bool> CheckAsync(string text)
    {
        (var isObject, _faults) = GraderText.Read(text);
        await Sound.InvokeAsync(_faults.Count == 0);
        return isObject;
    }

    private async Task TryAsync()
    {
        _trying = true;
        try
        {
            var result = await Trials.TryAsync(Shown, Dataset, Rows, _closed.Token);
            _trials = result is Result<IReadOnlyList<GraderTrial>>.Success(var trials) ? trials : null;
            _refusals = result is Result<IReadOnlyList<GraderTrial>>.Refused(var errors) ? errors : [];
            _trying = false;
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page was closed.
        }
    }

    private double? Scores(Func<GraderTrial, Grade?> grade) => _trials!.Select(grade).Where(each => each?.Score is not null).Average(each => each!.Score);

    private async Task GoToAsync(int line)
    {
        _module ??= await Script.InvokeAsync<IJSObjectReference>("import", "./js/spec-editor.js");
        await _module.InvokeVoidAsync("goTo", Id, line);
    }
}
