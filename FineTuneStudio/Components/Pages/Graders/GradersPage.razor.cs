using System.Globalization;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Drafts;
using FineTuneStudio.Application.Graders;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Components.Pages.NewRun;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;

namespace FineTuneStudio.Components.Pages.Graders;

/// <summary>The workbench of graders: one or two, on answers of a dataset or of a run. What is typed survives a reload.</summary>
public sealed partial class GradersPage : IAsyncDisposable
{
    private const int PageSize = 50;
    private const string NewRun = "/runs/new";
    private const int MostRows = 500;

    /// <summary>Scores that are so near to one another are the same to a person.</summary>
    private const double Near = 0.1;

    private readonly CancellationTokenSource _closed = new();
    private Draft<GraderDraft>? _kept;
    private IReadOnlyList<DatasetSummary>? _datasets;
    private IReadOnlyList<RunSummary> _runs = [];
    private IReadOnlyList<GraderTemplate> _templates = [];
    private IReadOnlyList<GradedAnswerRow>? _rows;
    private IReadOnlyList<UserError> _refusals = [];
    private CancellationTokenSource? _grading;
    private bool _firstIsSound = true;
    private bool _secondIsSound = true;
    private bool _gradedWithTwo;
    private bool _onlyApart;
    private int _most = PageSize;

    [Inject]
    public required DatasetLibrary Datasets { get; init; }

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required GraderWorkbench Workbench { get; init; }

    [Inject]
    public required DraftStore Drafts { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    /// <summary>Address of the form of a new run whose grader is worked on.</summary>
    [SupplyParameterFromQuery(Name = "form")]
    public string? RunForm { get; set; }

    /// <summary>The form to go back to, where one was named; never an address elsewhere.</summary>
    private string? Target => RunForm is { } address && (address == NewRun || address.StartsWith($"{NewRun}?", StringComparison.Ordinal)) ? address : null;

    private GraderDraft Form => _kept!.Value;

    private bool HasSecond => Form.Second.Length > 0;

    private bool CanGrade => _firstIsSound && (!HasSecond || _secondIsSound) && Form.First.Length > 0 && Form.Rows is >= 1 and <= MostRows;

    private Guid? DatasetId => _datasets!.FirstOrDefault(dataset => dataset.Name == Form.Dataset)?.Id;

    private IReadOnlyList<RunSummary> RunsOfDataset => [.. _runs.Where(run => run.IsReinforcement && run.Step > 0 && run.Dataset == Form.Dataset)];

    private IReadOnlyList<GradedAnswerRow> Listed => _gradedWithTwo
        ? [.. _rows!.Where(row => !_onlyApart || row.Apart is null or > Near).OrderByDescending(row => row.Apart ?? double.MaxValue)]
        : _rows!;

    private string Agreement => $"They are within {Figures.Reward(Near)} of one another on {Figures.Count(_rows!.Count(row => row.Apart <= Near))} of {Figures.Count(_rows!.Count, "answer")}.";

    /// <summary>One distribution for each grader and each origin of answers.</summary>
    private IEnumerable<(string Key, string Title, ScoreSummary Scores)> Summaries
        => from grader in Enumerable.Range(0, _gradedWithTwo ? 2 : 1)
           from origin in _rows!.GroupBy(row => row.Origin)
           select ($"{grader + 1}-{origin.Key}", $"{(!_gradedWithTwo ? "" : grader == 0 ? "First: " : "Second: ")}{OriginText(origin.Key)}", ScoreSummary.Of(origin.Select(row => row.Grades[grader])));

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _grading?.Dispose();
        _closed.Dispose();
        if (_kept is not null)
        {
            await _kept.DisposeAsync();
        }
    }

    protected override async Task OnInitializedAsync()
    {
        var datasets = (await Datasets.ListAsync(_closed.Token)).Where(dataset => dataset is { State: DatasetState.Checked, Rows: > 0 }).ToList();
        _runs = await Runs.ListAsync(_closed.Token);
        _kept = await Drafts.OpenAsync("graders", () => new GraderDraft { Dataset = datasets.FirstOrDefault()?.Name ?? "" }, _closed.Token);
        await TakeFromRunAsync();
        _datasets = datasets;
        await UseDatasetAsync();
    }

    private static string OriginText(AnswerOrigin origin) => origin switch
    {
        AnswerOrigin.Own => "its own answer",
        AnswerOrigin.OtherRow => "another row's answer",
        _ => "the run's answer",
    };

    private static string Share(ScoreBar bar, ScoreSummary scores) => (100.0 * bar.Count / Math.Max(1, scores.Bars.Max(other => other.Count))).ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>Begins with the grader and the dataset of the form that was come from.</summary>
    private async Task TakeFromRunAsync()
    {
        if (Target is not { } address)
        {
            return;
        }

        await using var run = await OpenRunAsync(address);
        var taken = $"{address} {run.Value.Grader}";
        if (run.RestoredFrom is not null && run.Value.Grader.Length > 0 && Form.Taken != taken)
        {
            (Form.Dataset, Form.First, Form.Second, Form.Run, Form.Taken) = (run.Value.Dataset, run.Value.Grader, "", null, taken);
            _kept!.Changed();
        }
    }

    /// <summary>To the form of the run, or of a new one on this dataset, with a grader.</summary>
    private async Task TakeToRunAsync(string grader)
    {
        var address = Target ?? $"{NewRun}?dataset={Uri.EscapeDataString(Form.Dataset)}";
        await using (var run = await OpenRunAsync(address))
        {
            (run.Value.Grader, run.Value.GraderIsGuessed) = (grader, false);
            (run.Value.Method, run.Value.HasMethod) = (TrainingMethod.Rft, true);
            run.Changed();
        }

        Navigation.NavigateTo(address);
    }

    private Task<Draft<RunDraft>> OpenRunAsync(string address)
    {
        var query = QueryHelpers.ParseQuery(address[NewRun.Length..]);
        string? Of(string name) => query.TryGetValue(name, out var value) ? (string?)value : null;
        return Drafts.OpenAsync(RunDraft.KeyOf(Of("like"), Of("fork"), Of("step"), Of("adapter"), Of("dataset")), () => new RunDraft { Dataset = Form.Dataset }, _closed.Token);
    }

    private async Task UseDatasetAsync()
    {
        (_rows, _refusals) = (null, []);
        _templates = GraderTemplates.For(DatasetId is { } id ? await Datasets.FindReportAsync(id, _closed.Token) : null);
        if (Form.First.Length == 0)
        {
            Form.First = _templates[0].Json;
        }
    }

    private async Task ChooseDatasetAsync(ChangeEventArgs change)
    {
        (Form.Dataset, Form.Run) = ((string)change.Value!, null);
        _kept!.Changed();
        await UseDatasetAsync();
    }

    private void ChooseRun(ChangeEventArgs change)
    {
        (Form.Run, _rows) = (Guid.TryParse((string?)change.Value, out var run) ? run : null, null);
        _kept!.Changed();
    }

    private void UseFirst(string json)
    {
        (Form.First, _rows) = (json, null);
        _kept!.Changed();
    }

    private void UseSecond(string json)
    {
        (Form.Second, _rows, _secondIsSound) = (json, null, true);
        _kept!.Changed();
    }

    private async Task GradeAsync()
    {
        _grading = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
        var cancelled = _grading.Token;
        (_rows, _refusals, _most) = (null, [], PageSize);
        try
        {
            string[] graders = HasSecond ? [Form.First, Form.Second] : [Form.First];
            var result = Form.Run is { } run
                ? await Workbench.GradeRunAsync(graders, Form.Dataset, run, Form.Rows, cancelled)
                : await Workbench.GradeDatasetAsync(graders, Form.Dataset, Form.Rows, cancelled);
            _rows = result is Result<IReadOnlyList<GradedAnswerRow>>.Success(var rows) ? rows : null;
            _refusals = result is Result<IReadOnlyList<GradedAnswerRow>>.Refused(var errors) ? errors : [];
            _gradedWithTwo = graders.Length == 2;
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            // Stopped, or the page was closed.
        }

        if (!_closed.IsCancellationRequested)
        {
            _grading.Dispose();
            _grading = null;
        }
    }
}
