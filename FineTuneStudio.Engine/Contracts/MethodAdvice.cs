namespace FineTuneStudio.Engine.Contracts;

/// <summary>The way through the tree so far.</summary>
/// <param name="Steps">Questions in the order they were reached; the last one may be open.</param>
/// <param name="Outcome">Where the way ends; <see langword="null"/> while a question is open.</param>
/// <param name="Notes">What a person should consider besides (few rows, pairs, labels), in plain words.</param>
public sealed record MethodAdvice(IReadOnlyList<DecisionStep> Steps, DecisionOutcome? Outcome, IReadOnlyList<string> Notes);
