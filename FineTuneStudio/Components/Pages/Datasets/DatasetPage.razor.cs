using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Datasets;

/// <summary>One dataset: what is in it, what is wrong with it, how long its rows are, and each row as a model sees it.</summary>
public sealed partial class DatasetPage : IDisposable
{
    private static readonly TimeSpan RefreshPace = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _closed = new();
    private DatasetSummary? _dataset;
    private DatasetReport? _report;
    private OpenDataset? _open;
    private IReadOnlyList<ModelSummary> _models = [];
    private LengthMeasurement? _lengths;
    private RowQuery _query = new(null, RowViewKind.Conversation, RowFilter.All, LongestFirst: false, "");
    private string _model = "";
    private string _fault = "";
    private int _context = OptionCatalog.ContextLength.Default;
    private bool _opened;
    private bool _missing;

    [Inject]
    public required DatasetLibrary Datasets { get; init; }

    [Inject]
    public required DatasetBrowser Browser { get; init; }

    [Inject]
    public required DatasetLengths Measurements { get; init; }

    [Inject]
    public required ModelLibrary Models { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Parameter]
    public Guid Id { get; set; }

    /// <summary>The opened row, from 1; like all that follows a part of the address, so that what is seen can be sent to someone.</summary>
    [SupplyParameterFromQuery]
    public int? Row { get; set; }

    /// <summary>A line of the file, whose row is opened; <see cref="Row"/> wins.</summary>
    [SupplyParameterFromQuery]
    public long? Line { get; set; }

    [SupplyParameterFromQuery]
    public string? View { get; set; }

    [SupplyParameterFromQuery]
    public string? Filter { get; set; }

    [SupplyParameterFromQuery]
    public string? Sort { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    public string? Search { get; set; }

    /// <summary>Tokens.</summary>
    [SupplyParameterFromQuery]
    public int? Context { get; set; }

    /// <summary>The model that rows are seen through.</summary>
    [SupplyParameterFromQuery]
    public string? Model { get; set; }

    private string TrainAddress => Navigation.GetUriWithQueryParameters("/runs/new", new Dictionary<string, object?>
    {
        ["dataset"] = Id,
        ["model"] = _model.Length > 0 && Model is not null ? _model : null,
        ["context"] = Context,
    });

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
        _open?.Dispose();
    }

    protected override Task OnInitializedAsync() => LoadAsync();

    protected override async Task OnParametersSetAsync()
    {
        (_context, _query) = (Math.Clamp(Context ?? OptionCatalog.ContextLength.Default, 8, 1_048_576), Query());
        if (_opened)
        {
            await UseModelAsync();
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            // The first look at a large file takes seconds; the page does not wait for it.
            _ = RefreshAsync(_closed.Token);
            await OpenAsync();
        }
    }

    private RowQuery Query()
    {
        var row = Row is { } number ? number - 1 : Line is { } line && _open is not null ? _open.NumberOfLine(line) : (int?)null;
        return new RowQuery(
            row is { } wanted ? Math.Clamp(wanted, 0, Math.Max(0, (_open?.Count ?? int.MaxValue) - 1)) : null,
            Enum.TryParse<RowViewKind>(View, ignoreCase: true, out var view) ? view : RowViewKind.Conversation,
            Enum.TryParse<RowFilter>(Filter, ignoreCase: true, out var filter) ? filter : RowFilter.All,
            Sort == "longest", Search ?? "");
    }

    private async Task LoadAsync()
    {
        _dataset = await Datasets.FindAsync(Id, _closed.Token);
        _missing = _dataset is null;
        _report = _dataset?.State == DatasetState.Checked ? await Datasets.FindReportAsync(Id, _closed.Token) : null;
    }

    /// <summary>Opens the rows once the file is checked, and again when it was checked anew.</summary>
    private async Task OpenAsync()
    {
        if (_report is not { Rows: > 0 } || _opened)
        {
            return;
        }

        try
        {
            _models = await Models.ListAsync(_closed.Token);
            switch (await Browser.OpenAsync(Id, _closed.Token))
            {
                case Result<OpenDataset>.Success(var open):
                    _open = open;
                    break;
                case Result<OpenDataset>.Refused(var errors):
                    _fault = string.Join(' ', errors);
                    break;
            }

            _opened = true;
            _query = Query();
            await UseModelAsync();
            StateHasChanged();
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page was closed.
        }
    }

    private async Task UseModelAsync()
    {
        var model = _models.FirstOrDefault(model => model.Name == Model)?.Name ?? (_models is [var first, ..] ? first.Name : "");
        if (model != _model || _lengths is null)
        {
            _model = model;
            _lengths = model.Length > 0 && _report is { GoodRows: > 0 } ? await Measurements.OpenAsync(Id, model, _closed.Token) : null;
        }
    }

    private async Task RefreshAsync(CancellationToken closed)
    {
        using var timer = new PeriodicTimer(RefreshPace);
        (int Known, LengthState? State) shown = default;
        try
        {
            while (await timer.WaitForNextTickAsync(closed))
            {
                if (_dataset?.State == DatasetState.Checking)
                {
                    await InvokeAsync(LoadAsync);
                    await InvokeAsync(OpenAsync);
                    await InvokeAsync(StateHasChanged);
                }
                else if (_lengths is { } lengths && shown != (lengths.Known, lengths.State))
                {
                    shown = (lengths.Known, lengths.State);
                    await InvokeAsync(StateHasChanged);
                }
            }
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The page was closed.
        }
    }

    private void ChooseModel(ChangeEventArgs change) => Go(new() { ["model"] = (string?)change.Value });

    private void MoveContext(int tokens) => _context = tokens;

    private void SettleContext() => Go(new() { ["context"] = _context });

    private void OpenFault(DatasetFault fault)
        => Go(new() { ["row"] = null, ["line"] = fault.Line, ["filter"] = null, ["q"] = null, ["sort"] = null }, "#row-panel");

    private void Look(RowQuery query) => Go(new()
    {
        ["row"] = query.Row + 1,
        ["line"] = null,
        ["view"] = query.View == RowViewKind.Conversation ? null : query.View.ToString().ToLowerInvariant(),
        ["filter"] = query.Filter == RowFilter.All ? null : query.Filter.ToString().ToLowerInvariant(),
        ["sort"] = query.LongestFirst ? "longest" : null,
        ["q"] = query.Search.Length > 0 ? query.Search : null,
    });

    private void Go(Dictionary<string, object?> changes, string fragment = "")
        => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(WithoutFragment(Navigation.Uri), changes) + fragment, replace: true);

    private static string WithoutFragment(string address) => address.Split('#')[0];

    private Task MapAsync(ColumnMapping columns) => CheckAnewAsync(() => Datasets.MapColumnsAsync(Id, columns, _closed.Token));

    private Task UseForAsync(TrainingMethod method) => CheckAnewAsync(() => Datasets.UseForAsync(Id, method, _closed.Token));

    private async Task CheckAnewAsync(Func<Task> change)
    {
        _open?.Dispose();
        (_open, _opened, _lengths) = (null, false, null);
        await change();
        await LoadAsync();
    }
}
