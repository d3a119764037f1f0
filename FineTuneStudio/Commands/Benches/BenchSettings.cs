using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Commands.Benches;

/// <summary>How to measure.</summary>
/// <param name="Device">Where models train and answer.</param>
/// <param name="IsLong">Whether there is an hour for what must be watched that long.</param>
internal sealed record BenchSettings(Device Device, bool IsLong);
