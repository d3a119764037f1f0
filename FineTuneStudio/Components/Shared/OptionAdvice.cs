using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Components.Shared;

/// <summary>What fits the data of a form, for its fields: each says why it has its value, or offers the one that fits.</summary>
/// <param name="Suggestion">What fits.</param>
/// <param name="Current">What the form says now.</param>
/// <param name="Take">A person wants one of them.</param>
public sealed record OptionAdvice(RunSuggestion Suggestion, RunSpecification Current, Action<SuggestedOption> Take);
