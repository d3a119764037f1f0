using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models;

/// <summary>What surrounds one forward pass: which keys and values the queries see, and what training adds.</summary>
/// <remarks>The network is the same in training, evaluation and generation; only this differs.</remarks>
public abstract class AttentionContext
{
    /// <summary>The random stream of adapter dropout; <see langword="null"/> outside of training.</summary>
    public RandomGenerator? Dropout { get; init; }

    /// <summary>Recompute each layer in the backward pass instead of keeping its activations.</summary>
    public bool Checkpointing { get; init; }

    /// <summary>
    /// Sees the residual stream before each layer, by its index, and after the final norm, by the number of layers. The tensor is the pass's
    /// own: clone what shall stay. <c>[N, D]</c>
    /// </summary>
    public Action<int, Tensor>? HiddenObserved { get; init; }

    /// <summary>Causal attention of one layer.</summary>
    /// <param name="layer">Index of the layer, from 0.</param>
    /// <param name="q">Queries, turned. <c>[N, H, C]</c></param>
    /// <param name="k">Keys, turned. <c>[N, K, C]</c></param>
    /// <param name="v">Values. <c>[N, K, V]</c>; V may differ from C.</param>
    /// <param name="scoring">What governs the scores.</param>
    /// <returns><c>[N, H, V]</c></returns>
    public abstract Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, AttentionScoring scoring);

    /// <summary>The same of queries and keys as they leave their products.</summary>
    /// <param name="layer">Index of the layer, from 0.</param>
    /// <param name="q"><c>[N, H, C]</c></param>
    /// <param name="k"><c>[N, K, C]</c></param>
    /// <param name="v"><c>[N, K, V]</c></param>
    /// <param name="steps">What they go through first.</param>
    /// <param name="scoring">What governs the scores.</param>
    /// <returns><c>[N, H, V]</c></returns>
    public virtual Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, HeadSteps steps, AttentionScoring scoring)
    {
        (q, k) = steps.Apply(q, k);
        return Attend(layer, q, k, v, scoring);
    }
}
