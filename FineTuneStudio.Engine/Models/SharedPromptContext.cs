using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models;

/// <summary>Training on several answers to one prompt: the prompt passes through the network once, and each answer looks at it and at itself.</summary>
/// <remarks>
/// Only attention sees whole sequences: queries, keys and values of the prompt are repeated before each of its answers there, and nowhere else. What
/// reaches the prompt's tokens backwards is the sum over its answers.
/// </remarks>
/// <param name="wholes">Every token of every whole sequence, one after another, by its place in the batch. <c>[M]</c>, Int64</param>
/// <param name="firsts">The place of each token of the batch in those: in the first sequence it is part of. <c>[N]</c>, Int64</param>
/// <param name="starts">First token of each whole sequence, and M at the end. <c>[S + 1]</c></param>
public sealed class SharedPromptContext(Tensor wholes, Tensor firsts, int[] starts) : AttentionContext
{
    /// <inheritdoc/>
    public override Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, AttentionScoring scoring, Tensor? kept = null)
        => PackedAttention.Apply(q.IndexSelect(0, wholes), k.IndexSelect(0, wholes), v.IndexSelect(0, wholes), starts, scoring).IndexSelect(0, firsts);
}
