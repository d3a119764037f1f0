using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.Experts;

/// <summary>The matrices of all experts of a layer for one product, however they are stored.</summary>
/// <remarks>The border behind which few bits are unpacked: only those of experts that have rows are read.</remarks>
internal interface IExpertWeights
{
    /// <summary><c>x W_e^T + b_e</c>, with <c>s (x A_e^T) B_e^T</c> of an adapter; differentiable by the rows and the adapter.</summary>
    /// <param name="rows">Sorted by expert. <c>[M, in]</c></param>
    /// <param name="offsets">Where each expert's rows begin. <c>[E + 1]</c></param>
    /// <param name="bias">Of the rows' type. <c>[E, out]</c></param>
    /// <param name="adapter">What is learnt beside them.</param>
    /// <returns>In the rows' type. <c>[M, out]</c></returns>
    Tensor Apply(Tensor rows, Tensor offsets, Tensor? bias, ExpertAdapter? adapter);
}
