namespace FineTuneStudio.Engine.Contracts;

/// <summary>A question on the way through the tree, with the answer that was taken.</summary>
/// <param name="Question">The question.</param>
/// <param name="Choice">The answer; <see langword="null"/> where nobody gave one yet.</param>
/// <param name="Evidence">What the dataset or a forecast says about it, whether or not a person chose otherwise; <see langword="null"/> for nothing.</param>
/// <param name="ByPerson">Whether a person gave the answer.</param>
public sealed record DecisionStep(DecisionQuestion Question, DecisionChoice? Choice, DecisionEvidence? Evidence, bool ByPerson);
