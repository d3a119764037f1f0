using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FineTuneStudio.Components.Charts;

/// <summary>A run's curves. The points travel past Blazor, over a hub of their own; this component only opens and closes the charts.</summary>
public sealed partial class RunCharts : IAsyncDisposable
{
    private static readonly (string Key, string Title, string Unit, string Good)[] Small =
    [
        ("rate", "Learning rate", "per step", "Follows the schedule you chose."),
        ("norm", "Gradient norm", "before clipping", "Steady or falling; rare spikes are harmless."),
        ("speed", "Speed", "tokens/s", "Level; a drop means that something else uses the machine."),
    ];

    private ElementReference _root;
    private IJSObjectReference? _module;
    private IJSObjectReference? _charts;
    private double _smoothing = 0.9;
    private bool _logarithmic;

    [Inject]
    public required IJSRuntime Script { get; init; }

    [Parameter, EditorRequired]
    public Guid RunId { get; set; }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_charts is not null)
            {
                await _charts.InvokeVoidAsync("close");
                await _charts.DisposeAsync();
            }

            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and its charts with it.
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _module = await Script.InvokeAsync<IJSObjectReference>("import", "./js/run-charts.js");
            _charts = await _module.InvokeAsync<IJSObjectReference>("open", _root, RunId);
        }
    }

    private async Task SmoothAsync(ChangeEventArgs change)
    {
        _smoothing = double.Parse((string)change.Value!, CultureInfo.InvariantCulture);
        await ConfigureAsync();
    }

    private async Task ScaleAsync(ChangeEventArgs change)
    {
        _logarithmic = (bool)change.Value!;
        await ConfigureAsync();
    }

    private async Task ConfigureAsync()
    {
        if (_charts is not null)
        {
            await _charts.InvokeVoidAsync("configure", _smoothing, _logarithmic);
        }
    }
}
