namespace FineTuneStudio.Engine.Contracts;

/// <summary>How many tokens a second a model gets through on a machine.</summary>
/// <param name="Train">Learnt from, forwards and backwards, with an adapter of the default rank, one row at a time.</param>
/// <param name="Prefill">Of a prompt, read at once.</param>
/// <param name="Decode">Of one answer, token by token.</param>
public sealed record ModelSpeed(double Train, double Prefill, double Decode);
