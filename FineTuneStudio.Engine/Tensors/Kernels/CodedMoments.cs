namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Running means of many tensors as 8-bit codes.</summary>
/// <param name="Codes">Places in <paramref name="Map"/>, uint8, of the shape of each tensor.</param>
/// <param name="Scales">The largest magnitude of each block of <see cref="AdamW8BitStep.BlockSize"/> elements, fp32. <c>[blocks]</c></param>
/// <param name="Map">256 values from -1 or 0 to 1 in rising order, fp32. <c>[256]</c></param>
public sealed record CodedMoments(Tensor[] Codes, Tensor[] Scales, Tensor Map);
