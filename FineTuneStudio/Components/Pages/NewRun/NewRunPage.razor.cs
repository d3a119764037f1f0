using System.Globalization;
using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Drafts;
using FineTuneStudio.Application.Graders;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FineTuneStudio.Components.Pages.NewRun;

/// <summary>From a dataset to a run: method, model, options, what it will take, start. What is typed survives a reload and a restart.</summary>
public sealed partial class NewRunPage : IAsyncDisposable
{
    private static readonly (ScheduleKind Kind, string Label)[] Schedules =
    [
        (ScheduleKind.Cosine, "Cosine"), (ScheduleKind.CosineWithFloor, "Cosine with floor"), (ScheduleKind.Linear, "Linear"), (ScheduleKind.Constant, "Constant"),
        (ScheduleKind.WarmupStableDecay, "Warm-up, stable, decay (WSD)"), (ScheduleKind.Polynomial, "Polynomial"), (ScheduleKind.InverseSqrt, "Inverse square root"),
    ];

    private static readonly (TrainingMethod Method, string Label, string Meaning)[] Methods =
    [
        (TrainingMethod.Sft, "Supervised (SFT)", "The model learns to answer as the dataset's answers do."),
        (TrainingMethod.Rft, "Reinforcement (RFT)", "The model tries answers of its own, and a grader's scores say which to make more likely."),
    ];

    private readonly CancellationTokenSource _closed = new();
    private Draft<RunDraft>? _kept;
    private IReadOnlyList<DatasetSummary>? _datasets;
    private IReadOnlyList<ModelSummary> _models = [];
    private IReadOnlyList<AdapterSummary> _adapters = [];
    private RunDetail? _origin;
    private DatasetReport? _report;
    private MethodAdvice _advice = DecisionTree.Advise(null, null, new Dictionary<string, string>());
    private Forecasting _forecasting = null!;
    private Planning _planning = null!;
    private IReadOnlyList<GraderTemplate> _templates = [];
    private RunSpecification _current = null!;
    private string _json = "";
    private RunSuggestion? _suggestion;
    private OptionAdvice? _optionAdvice;
    private HashSet<string> _presets = [];
    private IJSObjectReference? _module;
    private bool _starting;
    private bool _hasSoundGrader = true;

    [Inject]
    public required DatasetLibrary Datasets { get; init; }

    [Inject]
    public required ModelLibrary Models { get; init; }

    [Inject]
    public required AdapterLibrary Adapters { get; init; }

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required RunEstimates Estimates { get; init; }

    [Inject]
    public required DraftStore Drafts { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required IJSRuntime Script { get; init; }

    /// <summary>The dataset to begin with: its id or name.</summary>
    [SupplyParameterFromQuery]
    public string? Dataset { get; set; }

    /// <summary>The model to begin with: its id or name.</summary>
    [SupplyParameterFromQuery]
    public string? Model { get; set; }

    /// <summary>The context to begin with, in tokens.</summary>
    [SupplyParameterFromQuery]
    public int? Context { get; set; }

    /// <summary>The adapter to begin with: its id.</summary>
    [SupplyParameterFromQuery]
    public Guid? Adapter { get; set; }

    /// <summary>A run whose options are taken over.</summary>
    [SupplyParameterFromQuery]
    public Guid? Like { get; set; }

    /// <summary>A run to go on from, with its options.</summary>
    [SupplyParameterFromQuery]
    public Guid? Fork { get; set; }

    /// <summary>The checkpoint of <see cref="Fork"/> to go on from.</summary>
    [SupplyParameterFromQuery]
    public int? Step { get; set; }

    private RunDraft Form => _kept!.Value;

    private IReadOnlyList<UserError> Errors => _planning.Errors;

    private DatasetSummary? Chosen => _datasets?.FirstOrDefault(dataset => dataset.Name == Form.Dataset);

    private string WorkbenchAddress => $"/graders?form={Uri.EscapeDataString($"/{Navigation.ToBaseRelativePath(Navigation.Uri)}")}";

    private string DefaultName => $"{Path.GetFileNameWithoutExtension(Form.Dataset)} on {Form.Model}";

    private bool HoldsOnlyPrompts => Chosen is { GoodRows: 0 } or { HoldsPrompts: true };

    private bool IsReinforcement => Form.Method == TrainingMethod.Rft;

    private bool CanStart => !_starting && _models.Count > 0 && (!IsReinforcement || _hasSoundGrader);

    private bool CanForecast => IsReinforcement && Errors.Count == 0 && CanStart;

    private bool HasExperts => _planning.Plan?.Estimate is { } estimate && estimate.ActiveParameters < estimate.ModelParameters;

    /// <summary>Steps of the run: as estimated, else a guess without packing that is good enough for the curve's shape.</summary>
    private int TotalSteps => _planning.Plan?.Estimate.TotalSteps
        ?? (Form.DurationInSteps
            ? Math.Clamp(Form.Steps, 1, 10_000_000)
            : (int)Math.Clamp(Math.Ceiling(Form.Epochs * (Chosen?.GoodRows ?? 1000) / Math.Max(1.0, (double)Form.BatchRows * Form.Accumulation)), 1, 10_000_000));

    private bool IsSuggesting => !IsReinforcement && Errors.Count == 0 && _models.Count > 0 && !_planning.HasSuggestedFor(_current);

    private IReadOnlyList<(int Step, double Rate)> Curve
        => Errors.Any(error => error.Field.StartsWith("schedule.", StringComparison.Ordinal)) ? [] : SchedulePreview.Curve(Form.ScheduleOptions, TotalSteps, 240);

    /// <summary>Options that differ from the run the form was filled from.</summary>
    private IEnumerable<OptionRow> Differences => _origin is null ? [] : SpecificationDiff.Of([_origin.Specification, _current]).Where(row => row.Differs);

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _closed.Dispose();
        _planning.Dispose();
        _forecasting.Dispose();
        if (_kept is not null)
        {
            await _kept.DisposeAsync();
        }

        try
        {
            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (Exception exception) when (PageGone.Explains(exception))
        {
            // The page is gone.
        }
    }

    protected override async Task OnInitializedAsync()
    {
        _forecasting = new Forecasting(Estimates, ForecastChanged);
        _planning = new Planning(Estimates, () => _current, FollowData, StateHasChanged);
        _models = await Models.ListAsync(_closed.Token);
        _adapters = await Adapters.ListAsync(_closed.Token);
        var datasets = await ListDatasetsAsync();
        _origin = (Like ?? Fork) is { } origin ? await Runs.FindAsync(origin, _closed.Token) : null;

        var key = RunDraft.KeyOf(Like?.ToString(), Fork?.ToString(), Step?.ToString(CultureInfo.InvariantCulture), Adapter?.ToString(), Dataset);
        _kept = await Drafts.OpenAsync(key, () => Fresh(datasets), _closed.Token);
        Read();
        _datasets = datasets;
        if (_kept.RestoredFrom is null && Form.InitialAdapter is not null)
        {
            Form.ShapeAs(await Estimates.FindShapeAsync(Form.ToSpecification(), _closed.Token));
        }

        await UseFormAsync();
    }

    /// <summary>Datasets with rows to learn from, or with prompts to try answers to.</summary>
    private async Task<List<DatasetSummary>> ListDatasetsAsync()
    {
        var datasets = new List<DatasetSummary>();
        foreach (var dataset in (await Datasets.ListAsync(_closed.Token)).Where(dataset => dataset.State == DatasetState.Checked))
        {
            if (dataset.GoodRows > 0 || await Datasets.FindReportAsync(dataset.Id, _closed.Token) is { PromptOnlyRows: > 0 })
            {
                datasets.Add(dataset);
            }
        }

        return datasets;
    }

    /// <summary>The values that a form begins with: those of another run, or the defaults for what the address names.</summary>
    private RunDraft Fresh(IReadOnlyList<DatasetSummary> datasets)
    {
        var form = new RunDraft();
        if (_origin is not null)
        {
            form.Take(_origin.Specification);
            form.InitialAdapter = Fork is { } run && Step is { } step ? new CheckpointReference(run, step).ToString() : form.InitialAdapter;
            return form;
        }

        form.Model = _models.Where(model => model.Name == Model || model.Id.ToString() == Model).Concat(_models).FirstOrDefault()?.Name ?? "";
        form.Dataset = datasets.Where(dataset => dataset.Name == Dataset || dataset.Id.ToString() == Dataset).Concat(datasets).FirstOrDefault()?.Name ?? "";
        form.Followed.FollowAll();
        if (Context is { } context)
        {
            form.ContextLength = context;
            form.Followed.Chosen.Add(AdvisedOption.ContextLength.Path);
        }

        if (_adapters.FirstOrDefault(adapter => adapter.Id == Adapter) is { } beginning)
        {
            (form.Model, form.InitialAdapter) = (beginning.Model, beginning.Id.ToString());
        }

        return form;
    }

    /// <summary>Draws what the form's values say, when they came from elsewhere than its fields.</summary>
    private async Task UseFormAsync()
    {
        _report = Chosen is { } chosen ? await Datasets.FindReportAsync(chosen.Id, _closed.Token) : null;
        _templates = GraderTemplates.For(_report);
        Form.Model = Form.Model.Length == 0 && _models is [var first, ..] ? first.Name : Form.Model;
        Advise();
        if (!Form.HasMethod)
        {
            // Prompts have nothing to learn by example, however well or badly the model answers them.
            Form.Method = HoldsOnlyPrompts ? TrainingMethod.Rft : _advice.Outcome?.Method ?? Form.Method;
        }

        FillGrader();
        Refresh();
        Advise();
    }

    /// <summary>Walks the tree with what is known now.</summary>
    private void Advise()
    {
        var current = Form.ToSpecification();
        _forecasting.TakeUp(current);
        _advice = DecisionTree.Advise(_report, _forecasting.Last is { } last && last.TellsOf(current) ? last.Found : null, Form.Answers);
    }

    private void ForecastChanged()
    {
        Advise();
        StateHasChanged();
    }

    /// <summary>A reinforcement run begins with the grader that fits its data best.</summary>
    private void FillGrader()
    {
        if (IsReinforcement && (Form.Grader.Length == 0 || Form.GraderIsGuessed))
        {
            var template = _advice.Outcome is { NeedsJudge: true } ? _templates.First(template => template.Id == GraderTemplates.Judge) : _templates[0];
            (Form.Grader, Form.GraderIsGuessed) = (template.Json, true);
        }
    }

    private void ChooseMethod(TrainingMethod method)
    {
        (Form.Method, Form.HasMethod) = (method, true);
        FillGrader();
        Changed();
    }

    private void UseGrader(string json)
    {
        (Form.Grader, Form.GraderIsGuessed) = (json, false);
        Changed();
    }

    /// <summary>To the workbench with this grader; it finds the form as it is kept.</summary>
    private async Task OpenWorkbenchAsync()
    {
        _kept!.Changed();
        await _kept.KeepAsync();
        Navigation.NavigateTo(WorkbenchAddress);
    }

    private void UseTools(string source)
    {
        Form.Tools = source;
        Changed();
    }

    private void TakeSoundness(bool isSound) => _hasSoundGrader = isSound;

    private async Task ChooseDatasetAsync(ChangeEventArgs change)
    {
        Form.Dataset = (string)change.Value!;
        Form.Answers.Clear();
        Form.HasMethod = false;
        _kept!.Changed();
        await UseFormAsync();
    }

    private void Answer((string Question, string Choice) answer)
    {
        Form.Answers[answer.Question] = answer.Choice;
        Advise();
        if (_advice.Outcome is { } outcome)
        {
            ChooseMethod(outcome.Method);
        }

        _kept!.Changed();
    }

    private void BeginAnew()
    {
        Form.InitialAdapter = null;
        Changed();
    }

    private void ChooseModel(string name)
    {
        Form.Model = name;

        // An adapter is of one model.
        Form.InitialAdapter = CheckpointReference.TryParse(Form.InitialAdapter, out _) || _adapters.Any(adapter => adapter.Model == name && adapter.Id.ToString() == Form.InitialAdapter) ? Form.InitialAdapter : null;
        Changed();
    }

    private Task UsePresetAsync(RunPreset preset) => DecideAsync(preset.Apply(_current, _suggestion?.LearningRate));

    /// <summary>A specification as a whole: what it says is chosen.</summary>
    private async Task DecideAsync(RunSpecification specification)
    {
        Form.Followed.Follows = false;
        Form.Load(specification);
        _kept!.Changed();
        await UseFormAsync();
    }

    private void TakeSuggestion(SuggestedOption option)
    {
        Form.Followed.Chosen.Remove(option.Path);
        Fill(option.Apply(_current));
        StateHasChanged();
    }

    private void TakeSuggestions()
    {
        Form.Followed.FollowAll();
        Fill(_suggestion!.ApplyTo(_current));
    }

    private void TakeDefaults()
    {
        Form.Followed.Follows = false;
        Fill(AdvisedOption.All.Aggregate(_current, (cleared, option) => option.ToDefault(cleared)));
    }

    private void Fill(RunSpecification specification)
    {
        Form.Fill(specification);
        _current = Form.ToSpecification();
        Changed();
    }

    /// <summary>Values that nobody chose become what fits the data, as soon as that is known; for reinforcement no such rules are.</summary>
    private void FollowData()
    {
        var typed = Form.ToSpecification();
        _suggestion = _planning.SuggestionFor(typed);
        var followed = IsReinforcement ? Form.Followed.Clear(typed) : _suggestion is { } suggestion ? Form.Followed.Fill(typed, suggestion) : typed;
        if (followed != typed)
        {
            Form.Fill(followed);
            _kept!.Filled();
        }

        Read();
    }

    /// <summary>What all parts of the page say of the values as they are, found once for each change.</summary>
    private void Read()
    {
        _current = Form.ToSpecification();
        _json = _current.ToJson();
        _suggestion = _planning.SuggestionFor(_current);
        _optionAdvice = _suggestion is { } suggestion && !IsReinforcement ? new OptionAdvice(suggestion, _current, TakeSuggestion) : null;
        _presets = [.. RunPreset.All.Where(preset => preset.Apply(_current, _suggestion?.LearningRate).ToJson() == _json).Select(preset => preset.Id)];
    }

    private void Named()
    {
        _kept!.Changed();
        Read();
    }

    private void Apply(MemoryFit fit)
    {
        (Form.BatchRows, Form.Accumulation, Form.ContextLength) = (fit.Batch.Rows, fit.Batch.Accumulation, fit.Batch.ContextLength);
        (Form.GradientCheckpointing, Form.Quantization) = (fit.GradientCheckpointing, fit.Quantization);
        Changed();
    }

    private void DurationIn(bool steps)
    {
        Form.Steps = steps ? TotalSteps : Form.Steps;
        Form.DurationInSteps = steps;
        Changed();
    }

    private void WarmupIn(bool steps)
    {
        Form.WarmupSteps = steps ? (int)Math.Ceiling(Form.WarmupRatio * TotalSteps) : Form.WarmupSteps;
        Form.WarmupInSteps = steps;
        Changed();
    }

    private void Changed()
    {
        Form.Followed.Note(_current, Form.ToSpecification());
        _kept!.Changed();
        Refresh();
        Advise();
    }

    private void Refresh()
    {
        FollowData();
        List<UserError> faults = [.. _current.Validate()];
        if (!IsReinforcement && HoldsOnlyPrompts)
        {
            faults.Add(new("method", "These rows are prompts without answers: there is nothing to learn by example. Choose reinforcement, or another dataset."));
        }

        _planning.Begin(faults, RendererInfo.IsInteractive && Form.Model.Length > 0 && Form.Dataset.Length > 0);
    }

    private async Task StartAsync()
    {
        _planning.Stop();
        _starting = true;
        if (Form.Followed.Follows && IsSuggesting)
        {
            // Started before the rows were read: what was not chosen is still to be filled in.
            await _planning.SuggestAsync(_closed.Token);
        }

        switch (await Runs.StartAsync(_current, _closed.Token))
        {
            case Result<RunSummary>.Success(var run):
                await _kept!.ForgetAsync();
                Navigation.NavigateTo($"/runs/{run.Id}");
                break;
            case Result<RunSummary>.Refused(var errors):
                _planning.Refuse(errors);
                _starting = false;
                StateHasChanged();
                await FocusFaultAsync();
                break;
        }
    }

    private async Task FocusFaultAsync()
    {
        _module ??= await Script.InvokeAsync<IJSObjectReference>("import", "./js/spec-editor.js");
        await _module.InvokeVoidAsync("focusFault");
    }
}
