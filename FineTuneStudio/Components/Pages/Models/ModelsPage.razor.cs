using FineTuneStudio.Application.Models;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Models;

/// <summary>The library of base models, and the way into it.</summary>
public sealed partial class ModelsPage : IDisposable
{
    private static readonly TimeSpan RefreshPace = TimeSpan.FromMilliseconds(400);

    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<ModelCard>? _models;
    private int _context = OptionCatalog.ContextLength.Default;

    [Inject]
    public required ModelCards Models { get; init; }

    [Inject]
    public required ModelImports Imports { get; init; }

    [Inject]
    public required SpeedMeasurements Measurements { get; init; }

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

    private async Task LoadAsync() => _models = await Models.ListAsync(_context, _closed.Token);

    // It goes on when the page is closed, and what it finds is kept.
    private void Begin(ModelSummary model) => _ = Measurements.BeginAsync(model);

    private async Task RefreshAsync(CancellationToken closed)
    {
        using var timer = new PeriodicTimer(RefreshPace);
        IReadOnlyList<ModelImport> seen = [];
        var measured = Measurements.Current;
        try
        {
            while (await timer.WaitForNextTickAsync(closed))
            {
                // What began and ended between two looks is news, too.
                var (now, measurement) = (Imports.All, Measurements.Current);
                if (now.SequenceEqual(seen) && measurement == measured)
                {
                    continue;
                }

                if ((measurement != measured && measurement is { IsRunning: false }) || now.Any(import => import.Result is Result<ModelSummary>.Success && !seen.Contains(import)))
                {
                    _models = await Models.ListAsync(_context, closed);
                }

                (seen, measured) = (now, measurement);
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The page was closed; imports go on.
        }
    }
}
