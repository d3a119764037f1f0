using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Components.Pages.Datasets;

/// <summary>The axis of a histogram of lengths: every bar as wide as the next, so that it runs in doublings. Shares are from 0 (left) to 1.</summary>
public sealed class LengthScale
{
    private readonly double[] _edges;

    /// <param name="bars">Bars without a gap, at least one.</param>
    public LengthScale(IReadOnlyList<HistogramBar> bars)
    {
        _edges = [.. bars.Select(bar => (double)bar.From), bars[^1].To + 1.0];
    }

    /// <summary>Most tokens that the axis shows.</summary>
    public int Maximum => (int)_edges[^1];

    /// <summary>Where so many tokens stand.</summary>
    public double ShareOf(double tokens)
    {
        if (tokens >= _edges[^1])
        {
            return 1;
        }

        var bar = Math.Max(0, Array.FindLastIndex(_edges, edge => edge <= tokens));
        return (bar + Math.Max(0, (tokens - _edges[bar]) / (_edges[bar + 1] - _edges[bar]))) / (_edges.Length - 1);
    }

    /// <summary>How many tokens stand somewhere, rounded as a person would: to a thirty-second of the power of two below.</summary>
    public int TokensAt(double share)
    {
        var place = Math.Clamp(share, 0, 1) * (_edges.Length - 1);
        var bar = Math.Min((int)place, _edges.Length - 2);
        var tokens = _edges[bar] + ((place - bar) * (_edges[bar + 1] - _edges[bar]));
        var step = StepAt(tokens);
        return (int)(Math.Round(tokens / step) * step);
    }

    /// <summary>What an arrow key moves a context of so many tokens by.</summary>
    public static int StepAt(double tokens) => Math.Max(1, (int)Math.Pow(2, Math.Floor(Math.Log2(Math.Max(1, tokens))) - 5));

    /// <summary>Powers of two on the axis, with where they stand, and its end where none stands near it; not so many that they would touch.</summary>
    public IEnumerable<(int Tokens, double Share)> Ticks()
    {
        const int most = 9;
        var first = (int)Math.Ceiling(Math.Log2(Math.Max(1, _edges[0])));
        var last = (int)Math.Floor(Math.Log2(_edges[^1]));
        var every = Math.Max(1, (last - first + most) / most);
        var reached = 0.0;
        for (var power = first; power <= last; power += every)
        {
            reached = ShareOf(1 << power);
            yield return (1 << power, reached);
        }

        if (reached < 0.85)
        {
            yield return (Maximum - 1, 1);
        }
    }
}
