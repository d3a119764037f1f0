using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.FeedForwards;

/// <summary>The part of a layer that looks at each token alone. Holds tensors; the model owns them.</summary>
internal interface IFeedForward
{
    /// <param name="x">The residual stream, normed. <c>[N, D]</c></param>
    /// <param name="context">What surrounds the pass: dropout.</param>
    /// <returns><c>[N, D]</c></returns>
    Tensor Apply(Tensor x, AttentionContext context);

    /// <summary>The same weights with an adapter beside them, or with none.</summary>
    IFeedForward With(AdapterSet? adapter);
}
