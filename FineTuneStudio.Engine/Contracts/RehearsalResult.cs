namespace FineTuneStudio.Engine.Contracts;

/// <summary>What two real steps on the longest batch took.</summary>
/// <param name="Tokens">Tokens of the longest batch.</param>
/// <param name="PassSeconds">Forward and backward over it, in the second step.</param>
/// <param name="UpdateSeconds">The optimizer's update.</param>
/// <param name="BaseBytes">Resident memory before the model was loaded.</param>
/// <param name="PeakBytes">Most resident memory while it ran; <see langword="null"/> where the system does not tell.</param>
public sealed record RehearsalResult(int Tokens, double PassSeconds, double UpdateSeconds, long BaseBytes, long? PeakBytes);
