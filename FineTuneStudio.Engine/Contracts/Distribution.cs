namespace FineTuneStudio.Engine.Contracts;

/// <summary>How a length is spread over rows. Minimum, mean and maximum are exact; percentiles are within 3 %.</summary>
/// <param name="Count">Values seen.</param>
/// <param name="Minimum">Least; 0 without values.</param>
/// <param name="Mean">Mean; 0 without values.</param>
/// <param name="Median">Half of the values are at most this.</param>
/// <param name="Percentile95">95 % of the values are at most this.</param>
/// <param name="Maximum">Greatest.</param>
/// <param name="Bars">Histogram over the range that occurs; bars widen with the value, as lengths do.</param>
public sealed record Distribution(
    long Count, long Minimum, double Mean, long Median, long Percentile95, long Maximum, IReadOnlyList<HistogramBar> Bars);
