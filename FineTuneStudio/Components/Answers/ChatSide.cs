namespace FineTuneStudio.Components.Answers;

/// <summary>Who answers in one column.</summary>
/// <param name="Label">How the column is headed.</param>
/// <param name="Model">Name of the base model.</param>
/// <param name="Adapter">The adapter on it, where there is one.</param>
public sealed record ChatSide(string Label, string Model, Guid? Adapter);
