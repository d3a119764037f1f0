using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models.Attentions;

/// <summary>The part of a layer in which tokens look at each other. Holds tensors; the model owns them.</summary>
internal interface IAttention
{
    /// <param name="x">The residual stream, normed. <c>[N, D]</c></param>
    /// <param name="rope">How the tokens' positions turn queries and keys, where the layer has rope.</param>
    /// <param name="context">What the queries see; dropout.</param>
    /// <returns><c>[N, D]</c></returns>
    Tensor Apply(Tensor x, RopeTables? rope, AttentionContext context);

    /// <summary>One new token of each of several sequences, with norms and residual sum in one go.</summary>
    /// <param name="x">The residual stream, which <see cref="LayerStep.Takes"/> has agreed to. <c>[N, D]</c></param>
    /// <param name="norms">Around this part.</param>
    /// <param name="rope">As in <see cref="Apply"/>.</param>
    /// <param name="rows">Where the tokens go in this layer's cache.</param>
    /// <returns>The residual stream after it; <see langword="null"/> where this part, with these weights, is not made for that. <c>[N, D]</c></returns>
    Tensor? Step(Tensor x, ResidualNorms norms, RopeTables? rope, CachedRows rows) => null;

    /// <summary>The same weights with an adapter beside them, or with none.</summary>
    IAttention With(AdapterSet? adapter);
}
