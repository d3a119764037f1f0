namespace FineTuneStudio.Application.Runs;

/// <summary>Something in the course of a reinforcement run that a person should see.</summary>
/// <param name="Kind">What.</param>
/// <param name="Message">What is seen, with its figures.</param>
/// <param name="Advice">What helps.</param>
/// <param name="IsGrave">Whether the run is likely to come to nothing.</param>
public sealed record RunAlarm(RunAlarmKind Kind, string Message, string Advice, bool IsGrave = false);
