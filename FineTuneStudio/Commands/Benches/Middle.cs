namespace FineTuneStudio.Commands.Benches;

/// <summary>What stands in the middle of repeated measurements, which a busy moment does not move.</summary>
internal static class Middle
{
    /// <summary>The median; of an even number the upper of the two.</summary>
    public static double Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
