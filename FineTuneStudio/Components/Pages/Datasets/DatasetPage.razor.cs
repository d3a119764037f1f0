using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Datasets;

/// <summary>One dataset: what is in it, what is wrong with it, and each row as a model sees it.</summary>
public sealed partial class DatasetPage : IDisposable
{
    private static readonly TimeSpan RefreshPace = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource _closed = new();
    private DatasetSummary? _dataset;
    private DatasetReport? _report;
    private bool _missing;

    [Inject]
    public required DatasetLibrary Datasets { get; init; }

    [Parameter]
    public Guid Id { get; set; }

    /// <summary>The row that is shown; part of the address, so that it can be sent to someone.</summary>
    [SupplyParameterFromQuery]
    public int Row { get; set; }

    /// <summary>The model it is shown through.</summary>
    [SupplyParameterFromQuery]
    public string? Model { get; set; }

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override Task OnInitializedAsync() => LoadAsync();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _ = RefreshAsync(_closed.Token);
        }
    }

    private async Task LoadAsync()
    {
        _dataset = await Datasets.FindAsync(Id, _closed.Token);
        _missing = _dataset is null;
        _report = _dataset?.State == DatasetState.Checked ? await Datasets.FindReportAsync(Id, _closed.Token) : null;
    }

    private async Task RefreshAsync(CancellationToken closed)
    {
        using var timer = new PeriodicTimer(RefreshPace);
        try
        {
            while (await timer.WaitForNextTickAsync(closed))
            {
                if (_dataset?.State == DatasetState.Checking)
                {
                    await InvokeAsync(LoadAsync);
                    await InvokeAsync(StateHasChanged);
                }
            }
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The page was closed.
        }
    }

    private async Task MapAsync(ColumnMapping columns)
    {
        await Datasets.MapColumnsAsync(Id, columns, _closed.Token);
        await LoadAsync();
    }
}
