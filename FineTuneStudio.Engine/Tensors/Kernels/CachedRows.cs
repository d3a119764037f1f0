namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Where one new token of each of several sequences goes in a layer's cache, and what it looks at.</summary>
/// <param name="Keys">The cache's keys, written to. <c>[slots, K, capacity, C]</c></param>
/// <param name="Values">The cache's values, written to. <c>[slots, K, capacity, V]</c></param>
/// <param name="Slots">Which slot each row's sequence owns; each once. <c>[N]</c>, Int64</param>
/// <param name="Positions">Place of the new token in its sequence. <c>[N]</c>, Int64</param>
public readonly record struct CachedRows(Tensor Keys, Tensor Values, Tensor Slots, Tensor Positions);
