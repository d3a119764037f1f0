using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Experts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training.Sft;

/// <summary>Negative log-likelihood of the learnt tokens.</summary>
internal static class SftLoss
{
    /// <summary>The sum over a micro-batch, each token by its weight, in nats; divide by the weights of the whole step.</summary>
    /// <param name="model">With its adapter, where one learns.</param>
    /// <param name="batch">At least one learnt token.</param>
    /// <param name="dropout">The micro-batch's own random stream; <see langword="null"/> drops nothing.</param>
    /// <param name="checkpointing">Recompute layers in the backward pass.</param>
    /// <param name="losses">Receives each learnt token's own loss, unweighted; on the model's device. <c>[n]</c>, fp32</param>
    /// <param name="balance">Gathers how evenly experts are used.</param>
    /// <returns>fp32. <c>[]</c></returns>
    /// <remarks>Call it inside a scope that lives until the backward pass: layers that are computed again read their rope tables from it.</remarks>
    public static Tensor Sum(CausalModel model, MicroBatch batch, RandomGenerator? dropout = null, bool checkpointing = false, Tensor? losses = null, LoadBalance? balance = null)
    {
        var context = new PackedAttentionContext(batch.Tokens) { Dropout = dropout, Checkpointing = checkpointing, Balance = balance };
        return OfHidden(model, model.Hidden(batch.Tokens, context), batch, losses);
    }

    /// <summary>The same, of a pass that is done.</summary>
    /// <param name="model">With its adapter, where one learns.</param>
    /// <param name="hidden">Of the batch's tokens. <c>[N, D]</c></param>
    /// <param name="batch">At least one learnt token.</param>
    /// <param name="losses">As above.</param>
    public static Tensor OfHidden(CausalModel model, Tensor hidden, MicroBatch batch, Tensor? losses = null)
        => model.Head.Loss(hidden.IndexSelect(0, batch.Positions), batch.Targets, batch.Weights, losses);
}
