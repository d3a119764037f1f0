namespace FineTuneStudio.Engine.Models;

/// <summary>A place in a network that a tensor fills.</summary>
/// <param name="Name">Name in the hub's files.</param>
/// <param name="Shape">Shape it must have.</param>
/// <param name="Kind">What stands there in a model made anew.</param>
/// <param name="IsOptional">Whether the model works without it.</param>
internal sealed record WeightSlot(string Name, long[] Shape, WeightKind Kind, bool IsOptional = false);
