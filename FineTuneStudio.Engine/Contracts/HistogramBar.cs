namespace FineTuneStudio.Engine.Contracts;

/// <summary>A bar of a histogram: values from <paramref name="From"/> to <paramref name="To"/>, both included.</summary>
public sealed record HistogramBar(long From, long To, long Count);
