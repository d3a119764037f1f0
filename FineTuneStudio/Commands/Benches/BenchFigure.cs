namespace FineTuneStudio.Commands.Benches;

/// <summary>One measured number.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The number.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Goal">What it should reach; <see langword="null"/> for information.</param>
/// <param name="Met">Whether it does.</param>
internal sealed record BenchFigure(string Name, double Value, string Unit, double? Goal, bool? Met);
