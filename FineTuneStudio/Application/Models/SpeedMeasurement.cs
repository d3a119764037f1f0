namespace FineTuneStudio.Application.Models;

/// <summary>A measurement of a model's speed: under way, or how it ended.</summary>
/// <param name="Model">The model's id.</param>
/// <param name="IsRunning">Whether it goes on.</param>
/// <param name="Message">Why there are no figures, or empty.</param>
public sealed record SpeedMeasurement(Guid Model, bool IsRunning, string Message);
