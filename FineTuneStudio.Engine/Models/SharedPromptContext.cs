using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models;

/// <summary>Training on several answers to one prompt: the prompt passes through the network once, and each answer looks at it and at itself.</summary>
/// <param name="sequences">Prompts, and the answers that follow them; stays its owner's.</param>
public sealed class SharedPromptContext(PrefixedSequences sequences) : AttentionContext
{
    /// <inheritdoc/>
    public override Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, AttentionScoring scoring, Tensor? kept = null)
        => PackedAttention.Apply(q, k, v, sequences, scoring);
}
