namespace FineTuneStudio.Engine.Contracts;

/// <summary>A field beside the conversation (<c>label</c>, <c>ground_truth</c>, ...) and how many rows have it.</summary>
public sealed record FieldCount(string Name, long Rows);
