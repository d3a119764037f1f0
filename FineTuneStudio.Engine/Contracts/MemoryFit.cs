namespace FineTuneStudio.Engine.Contracts;

/// <summary>The one change that makes a run fit into memory.</summary>
/// <param name="Change">What is changed, from what to what.</param>
/// <param name="Cost">What that costs, in plain words.</param>
/// <param name="Bytes">Memory it then takes.</param>
/// <param name="Batch">Batch and context with the change.</param>
/// <param name="GradientCheckpointing">Recomputing with the change.</param>
/// <param name="Quantization">Frozen weights with the change.</param>
public sealed record MemoryFit(string Change, string Cost, long Bytes, BatchOptions Batch, bool GradientCheckpointing, Quantization Quantization);
