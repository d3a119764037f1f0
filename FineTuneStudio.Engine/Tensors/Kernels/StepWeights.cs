namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>The products of one half of a layer, the last of them its output, with what stands beside them.</summary>
/// <param name="Weights">Each <c>[out, in]</c>, of the rows' type.</param>
/// <param name="Biases">One for each weight, of its type; entries may be <see langword="null"/>. <c>[out]</c></param>
/// <param name="A">Adapters' first factors; <see langword="null"/> where a weight has none. Empty where none has. <c>[R, in]</c>, fp32</param>
/// <param name="B">Their second factors, as <paramref name="A"/>. <c>[out, R]</c>, fp32</param>
/// <param name="Scales">Their factors, as <paramref name="A"/>.</param>
internal sealed record StepWeights(Tensor[] Weights, Tensor?[] Biases, Tensor?[] A, Tensor?[] B, double[] Scales);
