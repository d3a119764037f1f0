using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Generation;

/// <summary>Whole prompts, packed: each sees itself alone, and its keys and values go into the cache.</summary>
/// <param name="cache">Written to.</param>
/// <param name="batch">The prompts.</param>
/// <param name="slots">Slot of each token's sequence. <c>[N]</c>, Int64</param>
/// <param name="places">Slots and positions, known on this side.</param>
internal sealed class PromptContext(KvCache cache, TokenBatch batch, Tensor slots, CachePlaces places) : AttentionContext
{
    public override bool KeepsTokens => true;

    public override Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, AttentionScoring scoring, Tensor? kept = null)
    {
        var (keys, values) = cache.Of(layer);
        if (kept is null)
        {
            CachedAttention.Write(k, v, keys, values, slots, batch.Positions, scoring.Window, places);
        }
        else
        {
            CachedLatentAttention.Write(kept, keys, slots, batch.Positions);
        }

        return PackedAttention.Apply(q, k, v, batch.SequenceStarts, scoring, batch.StartsOnDevice);
    }
}
