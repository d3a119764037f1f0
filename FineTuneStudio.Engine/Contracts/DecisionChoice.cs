namespace FineTuneStudio.Engine.Contracts;

/// <summary>An answer to a question of the tree, and where it leads.</summary>
/// <param name="Id">Name of the answer within its question.</param>
/// <param name="Label">What the person clicks on.</param>
/// <param name="Next">Id of the question or outcome that follows.</param>
public sealed record DecisionChoice(string Id, string Label, string Next);
