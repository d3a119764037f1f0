using FineTuneStudio.Domain;

namespace FineTuneStudio.Application.Models;

/// <summary>A figure of a model's speed on this machine.</summary>
/// <param name="Kind">What was timed.</param>
/// <param name="TokensPerSecond">How fast it was.</param>
/// <param name="Origin">What it was measured by.</param>
/// <param name="MeasuredAt">When.</param>
public sealed record MeasuredSpeed(SpeedKind Kind, double TokensPerSecond, string Origin, DateTimeOffset MeasuredAt);
