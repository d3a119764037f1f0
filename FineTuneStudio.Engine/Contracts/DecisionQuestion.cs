namespace FineTuneStudio.Engine.Contracts;

/// <summary>A question of the tree.</summary>
/// <param name="Id">Its name, the same in every version.</param>
/// <param name="Text">The question.</param>
/// <param name="Help">What it means and how to find out, in plain words.</param>
/// <param name="Choices">The answers, in the order they are drawn.</param>
public sealed record DecisionQuestion(string Id, string Text, string Help, IReadOnlyList<DecisionChoice> Choices);
