using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Runs;

/// <summary>From a dataset to a run: method, model, options, what it will take, start.</summary>
public sealed partial class NewRunPage : IDisposable
{
    /// <summary>An estimate looks at the data; it waits until a person has stopped typing.</summary>
    private static readonly TimeSpan EstimateDelay = TimeSpan.FromMilliseconds(500);

    private static readonly (ScheduleKind Kind, string Label)[] Schedules =
    [
        (ScheduleKind.Cosine, "Cosine"), (ScheduleKind.CosineWithFloor, "Cosine with floor"), (ScheduleKind.Linear, "Linear"), (ScheduleKind.Constant, "Constant"),
        (ScheduleKind.WarmupStableDecay, "Warm-up, stable, decay (WSD)"), (ScheduleKind.Polynomial, "Polynomial"), (ScheduleKind.InverseSqrt, "Inverse square root"),
    ];

    private readonly CancellationTokenSource _closed = new();
    private readonly RunDraft _draft = new();
    private readonly Dictionary<string, string> _answers = [];
    private IReadOnlyList<DatasetSummary>? _datasets;
    private IReadOnlyList<ModelSummary>? _models;
    private IReadOnlyList<UserError> _errors = [];
    private RunDetail? _origin;
    private DatasetReport? _report;
    private MethodAdvice _advice = DecisionTree.Advise(null, new Dictionary<string, string>());
    private RunEstimate? _estimate;
    private CancellationTokenSource? _estimateSource;
    private bool _estimating;
    private bool _starting;
    private bool _anyway;

    [Inject]
    public required DatasetLibrary Datasets { get; init; }

    [Inject]
    public required ModelLibrary Models { get; init; }

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required RunEstimates Estimates { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    /// <summary>The dataset to begin with.</summary>
    [SupplyParameterFromQuery]
    public string? Dataset { get; set; }

    /// <summary>A run whose options to begin with.</summary>
    [SupplyParameterFromQuery]
    public Guid? Like { get; set; }

    /// <summary>A run from whose checkpoint to begin.</summary>
    [SupplyParameterFromQuery]
    public Guid? Fork { get; set; }

    /// <summary>The step of that checkpoint.</summary>
    [SupplyParameterFromQuery]
    public int? Step { get; set; }

    private DatasetSummary? Chosen => _datasets?.FirstOrDefault(dataset => dataset.Name == _draft.Dataset);

    private string DefaultName => $"{Path.GetFileNameWithoutExtension(_draft.Dataset)} on {_draft.Model}";

    /// <summary>Steps of the run: as estimated, else a guess without packing that is good enough for the curve's shape.</summary>
    private int TotalSteps => _estimate?.TotalSteps
        ?? (_draft.DurationInSteps
            ? Math.Clamp(_draft.Steps, 1, 10_000_000)
            : (int)Math.Clamp(Math.Ceiling(_draft.Epochs * (Chosen?.GoodRows ?? 1000) / Math.Max(1.0, (double)_draft.BatchRows * _draft.Accumulation)), 1, 10_000_000));

    private IReadOnlyList<(int Step, double Rate)> Curve
        => _errors.Any(error => error.Field.StartsWith("schedule.", StringComparison.Ordinal)) ? [] : SchedulePreview.Curve(_draft.ScheduleOptions, TotalSteps, 240);

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
        _estimateSource?.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        _models = await Models.ListAsync(_closed.Token);
        _datasets = [.. (await Datasets.ListAsync(_closed.Token)).Where(dataset => dataset is { State: DatasetState.Checked, GoodRows: > 0 })];
        _draft.Model = _models.Count > 0 ? _models[0].Name : "";
        _origin = (Like ?? Fork) is { } origin ? await Runs.FindAsync(origin, _closed.Token) : null;
        if (_origin is not null)
        {
            _draft.Take(_origin.Specification);
            _draft.InitialAdapter = Fork is { } run && Step is { } step ? new CheckpointReference(run, step).ToString() : _draft.InitialAdapter;
        }

        if (_datasets.Count > 0)
        {
            var wanted = Dataset ?? _draft.Dataset;
            await UseDatasetAsync((_datasets.FirstOrDefault(dataset => dataset.Name == wanted || dataset.Id.ToString() == wanted) ?? _datasets[0]).Name);
        }
    }

    private Task ChooseDatasetAsync(ChangeEventArgs change) => UseDatasetAsync((string)change.Value!);

    private async Task UseDatasetAsync(string name)
    {
        _draft.Dataset = name;
        _report = Chosen is { } chosen ? await Datasets.FindReportAsync(chosen.Id, _closed.Token) : null;
        _answers.Clear();
        _advice = DecisionTree.Advise(_report, _answers);
        Changed();
    }

    private void Answer((string Question, string Choice) answer)
    {
        _answers[answer.Question] = answer.Choice;
        _advice = DecisionTree.Advise(_report, _answers);
        _anyway = false;
    }

    private void BeginAnew()
    {
        _draft.InitialAdapter = null;
        Changed();
    }

    private void ChooseModel(string name)
    {
        _draft.Model = name;
        Changed();
    }

    private void Toggle(string target)
    {
        if (!_draft.Targets.Remove(target))
        {
            _draft.Targets.Add(target);
        }

        Changed();
    }

    private void DurationIn(bool steps)
    {
        _draft.DurationInSteps = steps;
        _draft.Steps = steps ? TotalSteps : _draft.Steps;
        Changed();
    }

    private void WarmupIn(bool steps)
    {
        _draft.WarmupSteps = steps ? (int)Math.Ceiling(_draft.WarmupRatio * TotalSteps) : _draft.WarmupSteps;
        _draft.WarmupInSteps = steps;
        Changed();
    }

    private void Changed()
    {
        _errors = [.. _draft.ToSpecification().Validate()];
        if (RendererInfo.IsInteractive && _errors.Count == 0 && _draft.Model.Length > 0)
        {
            _ = EstimateAsync();
        }
    }

    private async Task EstimateAsync()
    {
        _estimateSource?.Cancel();
        _estimateSource = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
        var cancelled = _estimateSource.Token;
        try
        {
            _estimating = true;
            await Task.Delay(EstimateDelay, cancelled);
            var result = await Estimates.EstimateAsync(_draft.ToSpecification(), cancelled);
            cancelled.ThrowIfCancellationRequested();
            _estimate = (result as Result<RunEstimate>.Success)?.Value;
            _errors = (result as Result<RunEstimate>.Refused)?.Errors ?? [];
            _estimating = false;
            StateHasChanged();
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            // Something changed meanwhile; its own estimate follows.
        }
    }

    private async Task StartAsync()
    {
        _starting = true;
        switch (await Runs.StartAsync(_draft.ToSpecification(), _closed.Token))
        {
            case Result<RunSummary>.Success(var run):
                Navigation.NavigateTo($"/runs/{run.Id}");
                break;
            case Result<RunSummary>.Refused(var errors):
                (_errors, _starting) = (errors, false);
                break;
        }
    }
}
