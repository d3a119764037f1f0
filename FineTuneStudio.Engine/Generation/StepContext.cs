using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Generation;

/// <summary>One new token of each sequence, which sees what the cache holds of it.</summary>
/// <param name="cache">Read and written to.</param>
/// <param name="slots">Slot of each row. <c>[N]</c>, Int64</param>
/// <param name="positions">Place of each row's token in its sequence. <c>[N]</c>, Int64</param>
internal sealed class StepContext(KvCache cache, Tensor slots, Tensor positions) : AttentionContext
{
    public override bool LooksAtLatents => true;

    public override Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, AttentionScoring scoring, Tensor? kept = null)
    {
        var (keys, values) = cache.Of(layer);
        return CachedAttention.Apply(q, k, v, keys, values, slots, positions, scoring);
    }

    public override Tensor AttendLatents(int layer, Tensor q, Tensor latent, int valueSize, AttentionScoring scoring)
        => CachedLatentAttention.Apply(q, latent, cache.Of(layer).Keys, slots, positions, valueSize, scoring.Scale);
}
