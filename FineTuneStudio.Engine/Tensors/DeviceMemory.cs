namespace FineTuneStudio.Engine.Tensors;

/// <summary>A GPU's memory, in bytes.</summary>
/// <param name="Allocated">Taken by tensors now.</param>
/// <param name="Peak">Taken by tensors at most, since it was last set back.</param>
/// <param name="Total">The card's whole memory; -1 where the driver does not tell.</param>
public sealed record DeviceMemory(long Allocated, long Peak, long Total);
