namespace FineTuneStudio.Engine.Quantisation;

/// <summary>The 256 values of an 8-bit code: dense near zero, for each power of ten half as many as for the next (Dettmers 2016, arXiv 1511.04561).</summary>
internal static class DynamicMap
{
    private const int Decades = 7;

    /// <summary>From -0.99 to 1, for values of either sign; rising.</summary>
    public static float[] Signed { get; } = Create(signed: true);

    /// <summary>From 0 to 1, twice as fine; rising.</summary>
    public static float[] Unsigned { get; } = Create(signed: false);

    /// <summary>The code of zero.</summary>
    public static int ZeroOf(float[] map) => Array.IndexOf(map, 0f);

    // The middles between 2^i (or 2^(i + 1)) even steps from 0.1 to 1, times 10^(i - 6); then 0 and 1.
    private static float[] Create(bool signed)
    {
        var values = new List<double> { 0, 1 };
        for (var decade = 0; decade < Decades; decade++)
        {
            var steps = 1 << (signed ? decade : decade + 1);
            for (var step = 0; step < steps; step++)
            {
                var value = Math.Pow(10, decade - Decades + 1) * (0.1 + (0.9 * (step + 0.5) / steps));
                values.Add(value);
                if (signed)
                {
                    values.Add(-value);
                }
            }
        }

        return [.. values.Order().Select(value => (float)value)];
    }
}
