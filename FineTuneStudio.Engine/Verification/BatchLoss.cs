using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Verification;

/// <summary>The loss of a reference batch, as training computes it.</summary>
public static class BatchLoss
{
    /// <summary>Summed loss over the learnt tokens, differentiable.</summary>
    /// <returns>In nats, fp32. <c>[]</c></returns>
    public static Tensor Sum(CausalModel model, ReferenceBatch batch)
    {
        using var scope = TensorScope.Enter();
        var hidden = model.Hidden(batch.Tokens, new PackedAttentionContext(batch.Tokens));
        return scope.Keep(LinearCrossEntropy.Apply(hidden.IndexSelect(0, batch.Learnt), model.HeadWeight, batch.Targets));
    }
}
