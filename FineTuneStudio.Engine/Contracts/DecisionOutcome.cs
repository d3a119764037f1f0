namespace FineTuneStudio.Engine.Contracts;

/// <summary>A leaf of the tree: a method, and whether it can be used here yet.</summary>
/// <param name="Id">Its name, the same in every version.</param>
/// <param name="Label">The method as a person calls it.</param>
/// <param name="Why">Why this method, in plain words.</param>
/// <param name="Method">The method to start a run with; <see langword="null"/> where it does not exist yet.</param>
/// <param name="Meanwhile">What to do instead while it does not exist; empty where it does.</param>
public sealed record DecisionOutcome(string Id, string Label, string Why, TrainingMethod? Method, string Meanwhile)
{
    /// <summary>Whether a run can be started with it.</summary>
    public bool Exists => Method is not null;
}
