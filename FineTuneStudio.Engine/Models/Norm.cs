using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models;

/// <summary>A root mean square norm with its weight.</summary>
/// <param name="weight">The model owns it. <c>[D]</c></param>
/// <param name="epsilon">Added to the mean of the squares.</param>
/// <param name="offset">Multiplies by <c>1 + weight</c>.</param>
internal sealed class Norm(Tensor weight, double epsilon, bool offset)
{
    /// <summary><c>[D]</c></summary>
    public Tensor Weight => weight;

    /// <summary>Added to the mean of the squares.</summary>
    public double Epsilon => epsilon;

    /// <summary>Whether it multiplies by <c>1 + weight</c>.</summary>
    public bool Offset => offset;

    /// <param name="x"><c>[..., D]</c></param>
    /// <returns>Of x's shape and type.</returns>
    public Tensor Apply(Tensor x) => RmsNorm.Apply(x, weight.To(x.DType), epsilon, offset);

    /// <summary>Adds to the residual stream, and norms the sum.</summary>
    public (Tensor Sum, Tensor Normed) AddApply(Tensor x, Tensor residual) => RmsNorm.AddApply(x, residual, weight.To(x.DType), epsilon, offset);
}
