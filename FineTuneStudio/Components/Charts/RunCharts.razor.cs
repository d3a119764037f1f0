using System.Globalization;
using FineTuneStudio.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FineTuneStudio.Components.Charts;

/// <summary>A run's curves. The points travel past Blazor, over a hub of their own; this component opens and closes the charts, and hears how they are looked at.</summary>
public sealed partial class RunCharts : IAsyncDisposable
{
    private const string LossGood = "Falls fast, then slowly; held-out follows. Held-out rising while train falls means that rows are learnt by heart: stop, or keep the ringed checkpoint.";

    private static readonly (string Key, string Title, string Unit, string Good)[] Small =
    [
        ("rate", "Learning rate", "per step", "Follows the schedule you chose."),
        ("norm", "Gradient norm", "before clipping", "Steady or falling; rare spikes are clipped and harmless."),
        ("speed", "Speed", "tokens/s", "Level; a drop means that something else uses the machine."),
        ("memory", "Memory", "of the process", "Level after the first steps."),
    ];

    private ElementReference _root;
    private ScriptModule? _charts;
    private DotNetObjectReference<RunCharts>? _self;

    /// <summary>As it was when the charts were opened: from then on the browser has it, and only tells.</summary>
    private ChartView _view = new();

    [Inject]
    public required IJSRuntime Script { get; init; }

    [Parameter, EditorRequired]
    public Guid RunId { get; set; }

    /// <summary>For the names of files taken along.</summary>
    [Parameter, EditorRequired]
    public string Name { get; set; } = "";

    [Parameter, EditorRequired]
    public ChartView View { get; set; } = new();

    [Parameter]
    public EventCallback<ChartView> ViewChanged { get; set; }

    /// <summary>Marks along the steps, over the loss.</summary>
    [Parameter]
    public RenderFragment? Timeline { get; set; }

    /// <summary>Between the loss and the other curves.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    /// <summary>Called by the browser once a person's hand rests.</summary>
    [JSInvokable]
    public Task ViewChangedAsync(ChartView view) => ViewChanged.InvokeAsync(view);

    public async ValueTask DisposeAsync()
    {
        if (_charts is not null)
        {
            await _charts.DisposeAsync();
        }

        _self?.Dispose();
    }

    protected override void OnInitialized() => _view = View;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            _charts = await ScriptModule.OpenAsync(Script, "./js/run-charts.js", _root, _self, new { RunId, Name, View = _view });
        }
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private string Csv(string series) => $"/api/runs/{RunId}/points.csv?series={series}";
}
