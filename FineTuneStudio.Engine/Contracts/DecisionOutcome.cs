namespace FineTuneStudio.Engine.Contracts;

/// <summary>A leaf of the tree: a method to start a run with.</summary>
/// <param name="Id">Its name, the same in every version.</param>
/// <param name="Label">The method as a person calls it.</param>
/// <param name="Why">Why this method, in plain words.</param>
/// <param name="Method">The method to start a run with.</param>
public sealed record DecisionOutcome(string Id, string Label, string Why, TrainingMethod Method)
{
    /// <summary>Whether only another model can score the answers.</summary>
    public bool NeedsJudge { get; init; }
}
