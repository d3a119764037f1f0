namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>The norms around one half of a layer: <c>x + after(half(before(x)))</c>; either may be absent.</summary>
/// <param name="Before">Weight of the norm before it. <c>[D]</c></param>
/// <param name="After">Weight of the norm behind it. <c>[D]</c></param>
/// <param name="Epsilon">Added to the mean of the squares.</param>
/// <param name="UnitOffset">Norms multiply by <c>1 + weight</c>.</param>
internal readonly record struct ResidualNorms(Tensor? Before, Tensor? After, double Epsilon, bool UnitOffset);
