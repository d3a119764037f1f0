using System.Globalization;

namespace FineTuneStudio.Components.Charts;

/// <summary>How a person looks at a run's charts. All of it stands in the address, so that a link shows the same.</summary>
public sealed record ChartView
{
    /// <summary>What the slider begins with: a moving average over a fiftieth of the run.</summary>
    public const double DefaultSmoothing = 0.95;

    /// <summary>First step shown; <see langword="null"/> from the beginning.</summary>
    public int? From { get; init; }

    /// <summary>Last step shown; <see langword="null"/> to the end, however far it moves.</summary>
    public int? To { get; init; }

    /// <summary>Share of the moving average kept over a thousandth of the run, from 0 to below 1.</summary>
    public double Smoothing { get; init; } = DefaultSmoothing;

    public bool Logarithmic { get; init; }

    /// <summary>Curves of the loss that are not drawn: <c>raw</c>, <c>smooth</c>, <c>heldout</c>.</summary>
    public IReadOnlyList<string> Hidden { get; init; } = [];

    /// <summary>The step a person chose.</summary>
    public int? Step { get; init; }

    /// <summary>What differs from the usual, as parts of an address; the rest is taken out of it.</summary>
    public IReadOnlyDictionary<string, object?> ToQuery() => new Dictionary<string, object?>
    {
        ["from"] = From,
        ["to"] = To,
        ["smooth"] = Math.Abs(Smoothing - DefaultSmoothing) < 1e-9 ? null : Smoothing.ToString("0.###", CultureInfo.InvariantCulture),
        ["log"] = Logarithmic ? "1" : null,
        ["hide"] = Hidden.Count == 0 ? null : string.Join(',', Hidden),
        ["step"] = Step,
    };

    /// <summary>The view of an address; what makes no sense in it is as usual.</summary>
    public static ChartView Parse(int? from, int? to, double? smooth, string? log, string? hide, int? step) => new()
    {
        From = from > 0 ? from : null,
        To = to > (from ?? 0) ? to : null,
        Smoothing = smooth is >= 0 and < 1 ? smooth.Value : DefaultSmoothing,
        Logarithmic = log == "1",
        Hidden = hide?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [],
        Step = step > 0 ? step : null,
    };
}
