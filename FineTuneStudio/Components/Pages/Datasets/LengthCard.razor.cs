using System.Globalization;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.JSInterop;

namespace FineTuneStudio.Components.Pages.Datasets;

/// <summary>How long rows are for a model, and what a context would cut: the line is dragged, moved by keys, or typed.</summary>
public sealed partial class LengthCard : IAsyncDisposable
{
    /// <summary>What specifications allow.</summary>
    private const int LeastContext = 8;
    private const int MostContext = 1_048_576;

    private ElementReference _plot;
    private ScriptModule? _line;
    private DotNetObjectReference<LengthCard>? _self;
    private LengthSummary? _summary;
    private LengthScale? _scale;
    private ContextCut? _cut;
    private string? _typed;

    [Inject]
    public required IJSRuntime Script { get; init; }

    /// <summary>The lengths, measured or being measured; <see langword="null"/> without a model.</summary>
    [Parameter, EditorRequired]
    public LengthMeasurement? Lengths { get; set; }

    /// <summary>Most tokens of a sequence.</summary>
    [Parameter, EditorRequired]
    public int Context { get; set; }

    /// <summary>The line moves.</summary>
    [Parameter, EditorRequired]
    public EventCallback<int> ContextChanged { get; set; }

    /// <summary>The line has come to rest.</summary>
    [Parameter]
    public EventCallback Settled { get; set; }

    /// <summary>What is being typed, where it is a context.</summary>
    private int? Typed => int.TryParse(_typed, NumberStyles.Integer | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var tokens)
        && tokens is >= LeastContext and <= MostContext ? tokens : null;

    private double Done => Lengths is { Rows: > 0 } lengths ? (double)lengths.Known / lengths.Rows : 0;

    private string Sentence => _cut switch
    {
        null => "",
        var cut when Lengths is { ArePrompts: true } => cut.RowsLeftOut == 0
            ? "Every prompt leaves room for an answer."
            : $"{Figures.Count(cut.RowsLeftOut, "prompt leaves", "prompts leave")} no room for an answer ({Figures.Percent((double)cut.RowsLeftOut / _summary!.Rows)}): left out.",
        { RowsCut: 0 } cut => $"No row is cut.{LeftOut(cut)}",
        var cut => $"{Figures.Count(cut.RowsCut, "row")} ({Figures.Percent((double)cut.RowsCut / _summary!.Rows)}) cut: "
            + $"{Figures.Count(cut.TokensLost, "token")} lost ({Figures.Percent((double)cut.TokensLost / Math.Max(1, _summary.Tokens))}), {Figures.Count(cut.LearntLost)} of them learnt.{LeftOut(cut)}",
    };

    private string Spoken => $"{Figures.Count(Context, "token")}. {Sentence}";

    public async ValueTask DisposeAsync()
    {
        if (_line is not null)
        {
            await _line.DisposeAsync();
        }

        _self?.Dispose();
    }

    /// <summary>The pointer is at a share of the axis.</summary>
    [JSInvokable]
    public Task MoveTo(double share)
    {
        _typed = null;
        return _scale is null ? Task.CompletedTask : MoveAsync(_scale.TokensAt(share));
    }

    /// <summary>A key was pressed on the line.</summary>
    [JSInvokable]
    public async Task Press(string key)
    {
        var step = LengthScale.StepAt(Context);
        int? tokens = key switch
        {
            "ArrowLeft" or "ArrowDown" => ((Context - 1) / LengthScale.StepAt(Context - 1)) * LengthScale.StepAt(Context - 1),
            "ArrowRight" or "ArrowUp" => ((Context / step) + 1) * step,
            "PageDown" => Context / 2,
            "PageUp" => Context * 2,
            "Home" => _summary?.Shortest,
            "End" => _summary?.Longest,
            _ => null,
        };
        if (tokens is { } wanted)
        {
            await JumpAsync(wanted);
        }
    }

    /// <summary>The pointer let go.</summary>
    [JSInvokable]
    public Task Release() => Settled.InvokeAsync();

    protected override void OnParametersSet()
    {
        _summary = Lengths?.Summary;
        _cut = Lengths?.At(Context);
        _scale = _summary is { Bars.Count: > 0 } summary ? new LengthScale(summary.Bars) : null;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_scale is null)
        {
            await DetachAsync();
        }
        else if (_line is null)
        {
            _self ??= DotNetObjectReference.Create(this);
            _line = new ScriptModule();
            await _line.OpenAsync(Script, "./js/context-line.js", _plot, _self);
        }
    }

    private static string Share(double share) => share.ToString("0.###%", CultureInfo.InvariantCulture);

    private static string LeftOut(ContextCut cut) => cut.RowsLeftOut > 0 ? $" {Figures.Count(cut.RowsLeftOut, "row has nothing to learn within it and is", "rows have nothing to learn within it and are")} left out." : "";

    private static string Description(LengthSummary summary)
        => $"Rows by length: median {summary.Median}, 99 % at most {summary.Percentile99}, longest {summary.Longest} tokens. Arrow keys read single bars.";

    private static string Measuring(LengthMeasurement measuring) => measuring.State switch
    {
        LengthState.Waiting => "Waits for another dataset to be measured",
        LengthState.Measuring => $"Measured {Figures.Count(measuring.Known)} of {Figures.Count(measuring.Rows, "row")}; figures are of these",
        _ => $"Stopped after {Figures.Count(measuring.Known)} of {Figures.Count(measuring.Rows, "row")}; figures are of these",
    };

    private static IEnumerable<(string Label, int Tokens)> Fits(LengthSummary summary)
    {
        if (summary.Percentile99 < summary.Longest)
        {
            yield return ("99 % whole", summary.Percentile99);
        }

        yield return ("All whole", summary.Longest);
    }

    private static RenderFragment Bars(LengthSummary summary) => builder =>
    {
        var tallest = summary.Bars.Max(bar => bar.Count);
        for (var at = 0; at < summary.Bars.Count; at++)
        {
            var bar = summary.Bars[at];
            Bar(builder, at, bar, bar.Count == 0 ? 0 : Math.Max(1.5, 100.0 * bar.Count / tallest));
        }
    };

    // What a bar says of itself is shown by js/bar-reader.js.
    private static void Bar(RenderTreeBuilder builder, int at, HistogramBar bar, double height)
    {
        builder.OpenElement(0, "rect");
        builder.AddAttribute(1, "x", (at + 0.06).ToString("0.##", CultureInfo.InvariantCulture));
        builder.AddAttribute(2, "y", (100 - height).ToString("0.##", CultureInfo.InvariantCulture));
        builder.AddAttribute(3, "width", "0.88");
        builder.AddAttribute(4, "height", height.ToString("0.##", CultureInfo.InvariantCulture));
        builder.AddAttribute(5, "data-bar", $"{Figures.Count(bar.From)} to {Figures.Count(bar.To, "token")}: {Figures.Count(bar.Count, "row")}");
        builder.CloseElement();
    }

    private async Task DetachAsync()
    {
        if (_line is { } line)
        {
            _line = null;
            await line.DisposeAsync();
        }
    }

    /// <summary>The line follows what is typed as soon as it is a context; the text stays as typed until it is left.</summary>
    private async Task TypeAsync(ChangeEventArgs change)
    {
        _typed = (string?)change.Value ?? "";
        if (Typed is { } tokens)
        {
            await MoveAsync(tokens);
        }
    }

    private async Task CommitAsync(ChangeEventArgs change)
    {
        _typed = Typed is null ? _typed : null;
        if (_typed is null)
        {
            await Settled.InvokeAsync();
        }
    }

    private async Task JumpAsync(int tokens)
    {
        _typed = null;
        await MoveAsync(tokens);
        await Settled.InvokeAsync();
    }

    private Task MoveAsync(int tokens) => ContextChanged.InvokeAsync(Math.Clamp(tokens, LeastContext, MostContext));
}
