using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.Attentions;

/// <summary>The part of a layer in which tokens look at each other. Holds tensors; the model owns them.</summary>
internal interface IAttention
{
    /// <param name="x">The residual stream, normed. <c>[N, D]</c></param>
    /// <param name="rope">How the tokens' positions turn queries and keys, where the layer has rope.</param>
    /// <param name="context">What the queries see; dropout.</param>
    /// <returns><c>[N, D]</c></returns>
    Tensor Apply(Tensor x, RopeTables? rope, AttentionContext context);

    /// <summary>The same weights with an adapter beside them, or with none.</summary>
    IAttention With(AdapterSet? adapter);
}
