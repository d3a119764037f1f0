using System.Globalization;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FineTuneStudio.Components.Charts;

/// <summary>A run's curves. The points travel past Blazor, over a hub of their own; this component opens and closes the charts, and hears how they are looked at.</summary>
public sealed partial class RunCharts : IAsyncDisposable
{
    private const string LossGood = "Falls fast, then slowly; held-out follows. Held-out rising while train falls means that rows are learnt by heart: stop, or keep the ringed checkpoint.";

    private const string RewardGood = "Rises; held-out follows. Held-out standing still while train rises means that prompts are learnt by heart or the grader is gamed: read the answers.";

    private static readonly (string Key, string Title, string Unit, string Good, bool Legend)[] Small =
    [
        ("rate", "Learning rate", "per step", "Follows the schedule you chose.", false),
        ("norm", "Gradient norm", "before clipping", "Steady or falling; rare spikes are clipped and harmless.", false),
        ("speed", "Speed", "tokens/s", "Level; a drop means that something else uses the machine.", false),
        ("memory", "Memory", "of the process", "Level after the first steps.", false),
    ];

    private static readonly (string Key, string Title, string Unit, string Good, bool Legend)[] ReinforcementCharts =
    [
        ("parts", "Parts of the grade", "mean score", "All rise; one that rises at the cost of another is what the model found easiest.", true),
        ("spread", "Reward deviation", "of a step's answers", "Above 0: where all rewards are alike, nothing is learnt.", false),
        ("entropy", "Entropy", "nats a token", "Falls slowly; near 0 the model tries nothing new.", false),
        ("kl", "KL divergence", "from the beginning, nats a token", "Grows slowly and levels out; a jump means that the model forgot what it knew.", false),
        ("groups", "Groups that teach nothing", "of all groups", "Low: all answers right, or all wrong, cannot be compared.", true),
        ("answers", "Answers", "of a step", "Nearly all are learnt from, and all are graded.", true),
        ("length", "Answer length", "tokens", "Grows only where longer answers score better.", true),
        ("cut", "Cut answers", "of all answers", "Low; many cut answers want a longer limit, or a grader that minds length.", false),
        ("tools", "Turns and tool calls", "of an answer, in the mean", "Calls level out where they help the reward; a rise without one means that the model calls for the sake of it.", true),
        ("toolErrors", "Tool errors", "calls of a step answered with an error", "Falls towards 0 as the model learns what tools take; one that stays high wants a clearer docstring, or a tool that forgives more.", false),
        ("ratio", "Ratio", "to the policy of the batch", "Near 1; exactly 1 with one step a batch.", false),
        ("clipped", "Held back by the clip", "of all tokens", "Below a few per cent; 0 with one step a batch.", true),
        ("gap", "Log-probability gap", "sampler to trainer, nats a token", "0 but for rounding; more means that answers are drawn from another distribution than learns.", false),
        ("time", "Time of a step", "by phase", "Answering takes the most; grading should take the least.", true),
        ("surrogate", "Policy loss", "", "Says little by itself: the reward is what counts.", false),
        .. Small,
    ];

    private ElementReference _root;
    private readonly ScriptModule _charts = new();
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

    /// <summary>What a reinforcement run is about; <see langword="null"/> for others.</summary>
    [Parameter]
    public ReinforcementOptions? Reinforcement { get; set; }

    [Parameter, EditorRequired]
    public ChartView View { get; set; } = new();

    [Parameter]
    public EventCallback<ChartView> ViewChanged { get; set; }

    /// <summary>Marks along the steps, over the loss.</summary>
    [Parameter]
    public RenderFragment? Timeline { get; set; }

    /// <summary>In place of the first curve, while there is none.</summary>
    [Parameter]
    public RenderFragment? Waiting { get; set; }

    /// <summary>Between the loss and the other curves.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    /// <summary>Called by the browser once a person's hand rests.</summary>
    [JSInvokable]
    public Task ViewChangedAsync(ChartView view) => ViewChanged.InvokeAsync(view);

    public async ValueTask DisposeAsync()
    {
        await _charts.DisposeAsync();
        _self?.Dispose();
    }

    protected override void OnInitialized() => _view = View;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            await _charts.OpenAsync(Script, "./js/run-charts.js", _root, _self, new { RunId, Name, View = _view });
        }
    }

    /// <summary>Whether this run has figures for a chart: not every grader has parts, nor every run tools.</summary>
    private bool Tells(string chart) => chart switch
    {
        "parts" => Reinforcement is { Grader.Type: "multi" or "weighted" },
        "tools" or "toolErrors" => Reinforcement is { Tools: not null },
        _ => true,
    };

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private string Csv(string series) => $"/api/runs/{RunId}/points.csv?series={series}";
}
