using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Generation;

/// <summary>One new token of each sequence, which sees what the cache holds of it.</summary>
/// <param name="cache">Read and written to.</param>
/// <param name="slots">Slot of each row. <c>[N]</c>, Int64</param>
/// <param name="positions">Place of each row's token in its sequence. <c>[N]</c>, Int64</param>
/// <param name="places">Both, known on this side.</param>
internal sealed class StepContext(KvCache cache, Tensor slots, Tensor positions, CachePlaces places) : AttentionContext
{
    public override bool LooksAtLatents => true;

    public override Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, AttentionScoring scoring, Tensor? kept = null) => Attend(layer, q, k, v, new HeadSteps(), scoring);

    // Norm, turn, cache and attention are one operator.
    public override Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, HeadSteps steps, AttentionScoring scoring)
    {
        var (keys, values) = cache.Of(layer);
        return CachedAttention.Apply(q, k, v, keys, values, slots, positions, scoring, steps, places);
    }

    public override Tensor AttendLatents(int layer, Tensor q, Tensor latent, int valueSize, AttentionScoring scoring)
        => CachedLatentAttention.Apply(q, latent, cache.Of(layer).Keys, slots, positions, valueSize, scoring.Scale);
}
