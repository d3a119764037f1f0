using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models;

/// <summary>Cosines and sines of the angles by which each token's heads turn.</summary>
/// <param name="Cos"><c>[N, R/2]</c>, fp32; the first R of a head's elements turn.</param>
/// <param name="Sin"><c>[N, R/2]</c>, fp32</param>
public readonly record struct RopeTables(Tensor Cos, Tensor Sin);
