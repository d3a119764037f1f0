using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models;

/// <summary>Training and evaluation: whole sequences, each seeing itself alone, nothing kept.</summary>
public sealed class PackedAttentionContext(TokenBatch batch) : AttentionContext
{
    /// <inheritdoc/>
    public override Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, AttentionScoring scoring, Tensor? kept = null)
        => PackedAttention.Apply(q, k, v, batch.SequenceStarts, scoring, batch.StartsOnDevice);
}
