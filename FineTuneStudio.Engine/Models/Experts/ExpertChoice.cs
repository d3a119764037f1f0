using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.Experts;

/// <summary>Where one layer's router sends a batch's tokens.</summary>
/// <param name="Logits">fp32. <c>[N, E]</c></param>
/// <param name="Ids">The experts of each token. <c>[N, k]</c>, Int64</param>
/// <param name="Weights">How much each one's answer counts; fp32. <c>[N, k]</c></param>
public readonly record struct ExpertChoice(Tensor Logits, Tensor Ids, Tensor Weights);
