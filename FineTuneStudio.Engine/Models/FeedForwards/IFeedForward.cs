using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models.FeedForwards;

/// <summary>The part of a layer that looks at each token alone. Holds tensors; the model owns them.</summary>
internal interface IFeedForward
{
    /// <param name="x">The residual stream, normed. <c>[N, D]</c></param>
    /// <param name="context">What surrounds the pass: dropout.</param>
    /// <returns><c>[N, D]</c></returns>
    Tensor Apply(Tensor x, AttentionContext context);

    /// <summary>A few tokens, unrecorded, with norms and residual sum in one go.</summary>
    /// <param name="x">The residual stream, which <see cref="LayerStep.Takes"/> has agreed to. <c>[N, D]</c></param>
    /// <param name="norms">Around this part.</param>
    /// <returns>The residual stream after it; <see langword="null"/> where this part, with these weights, is not made for that. <c>[N, D]</c></returns>
    Tensor? Step(Tensor x, ResidualNorms norms) => null;

    /// <summary>The same weights with an adapter beside them, or with none.</summary>
    IFeedForward With(AdapterSet? adapter);
}
