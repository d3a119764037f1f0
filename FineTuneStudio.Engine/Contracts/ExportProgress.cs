namespace FineTuneStudio.Engine.Contracts;

/// <summary>How far an export is.</summary>
/// <param name="Stage">What is being done, for a person.</param>
/// <param name="Fraction">Of the whole, from 0 to 1.</param>
public sealed record ExportProgress(string Stage, double Fraction);
