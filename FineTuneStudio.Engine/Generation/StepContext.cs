using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Generation;

/// <summary>New tokens of sequences, which see what the cache holds of theirs, and those of the same sequence that come before them.</summary>
/// <param name="cache">Read and written to.</param>
/// <param name="slots">Slot of each token's sequence. <c>[N]</c>, Int64</param>
/// <param name="positions">Place of each token in its sequence, in order. <c>[N]</c>, Int64</param>
/// <param name="places">Both, known on this side.</param>
internal sealed class StepContext(KvCache cache, Tensor slots, Tensor positions, CachePlaces places) : AttentionContext
{
    public override bool LooksAtLatents => true;

    /// <summary>Whether no two tokens are of one sequence.</summary>
    public required bool AreAlone { get; init; }

    public override CachedRows? StepRows(int layer) => AreAlone ? new CachedRows(cache.Of(layer).Keys, cache.Of(layer).Values, slots, positions) : null;

    public override Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, AttentionScoring scoring, Tensor? kept = null) => Attend(layer, q, k, v, new HeadSteps(), scoring);

    // Norm, turn, cache and attention are one operator, for each token by itself: what others of its sequence look at must be in the cache before.
    public override Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, HeadSteps steps, AttentionScoring scoring)
    {
        var (keys, values) = cache.Of(layer);
        if (!AreAlone)
        {
            (q, k) = steps.Apply(q, k);
            CachedAttention.Write(k, v, keys, values, slots, positions, scoring.Window, places);
            steps = new HeadSteps();
        }

        return CachedAttention.Apply(q, k, v, keys, values, slots, positions, scoring, steps, places);
    }

    public override Tensor AttendLatents(int layer, Tensor q, Tensor latent, int valueSize, AttentionScoring scoring)
        => CachedLatentAttention.Apply(q, latent, cache.Of(layer).Keys, slots, positions, valueSize, scoring.Scale);
}
