using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Domain;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Datasets;

public sealed partial class DatasetsPage : IDisposable
{
    private static readonly TimeSpan RefreshPace = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<DatasetSummary>? _datasets;

    [Inject]
    public required DatasetLibrary Datasets { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync() => _datasets = await Datasets.ListAsync(_closed.Token);

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _ = RefreshAsync(_closed.Token);
        }
    }

    private void Open(Guid id) => Navigation.NavigateTo($"/datasets/{id}");

    private async Task RefreshAsync(CancellationToken closed)
    {
        using var timer = new PeriodicTimer(RefreshPace);
        try
        {
            while (await timer.WaitForNextTickAsync(closed))
            {
                if (_datasets is null || _datasets.Any(dataset => dataset.State == DatasetState.Checking))
                {
                    _datasets = await Datasets.ListAsync(closed);
                    await InvokeAsync(StateHasChanged);
                }
            }
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The page was closed.
        }
    }
}
