using FineTuneStudio.Engine.Models.Experts;
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

    /// <summary>Experts that tokens go to whatever the routers choose; as many tokens as the batch has. <see langword="null"/> lets them choose.</summary>
    public RoutingRecord? RoutingGiven { get; init; }

    /// <summary>Sees where each layer with experts sends its tokens. The tensors are the pass's own.</summary>
    public Action<int, ExpertChoice>? RoutingObserved { get; init; }

    /// <summary>Gathers how evenly experts are used, where the loss asks for it.</summary>
    public LoadBalance? Balance { get; init; }

    /// <summary>Whether what a token's keys and values are made of shall be handed to attention.</summary>
    public virtual bool KeepsTokens => false;

    /// <summary>Whether latents are looked at as they are kept, by <see cref="AttendLatents"/>, instead of expanded into keys and values.</summary>
    public virtual bool LooksAtLatents => false;

    /// <summary>Where the tokens go in a layer's cache, if each is the next one of a sequence of its own and nothing is recorded.</summary>
    /// <param name="layer">Index of the layer, from 0.</param>
    public virtual CachedRows? StepRows(int layer) => null;

    /// <summary>Causal attention of one layer.</summary>
    /// <param name="layer">Index of the layer, from 0.</param>
    /// <param name="q">Queries, turned. <c>[N, H, C]</c></param>
    /// <param name="k">Keys, turned. <c>[N, K, C]</c></param>
    /// <param name="v">Values. <c>[N, K, V]</c>; V may differ from C.</param>
    /// <param name="scoring">What governs the scores.</param>
    /// <param name="kept">What generation keeps of each token where that is neither key nor value; only with <see cref="KeepsTokens"/>. <c>[N, C']</c></param>
    /// <returns><c>[N, H, V]</c></returns>
    public abstract Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, AttentionScoring scoring, Tensor? kept = null);

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

    /// <summary>Causal attention of one layer over latents, which are keys of all heads and, in their first part, their values.</summary>
    /// <param name="layer">Index of the layer, from 0.</param>
    /// <param name="q">Queries, taken to the latents. <c>[N, H, C]</c></param>
    /// <param name="latent">Of the queries' own tokens. <c>[N, C]</c></param>
    /// <param name="valueSize">Width of the part that is mixed. <c>V</c></param>
    /// <param name="scoring">What governs the scores.</param>
    /// <returns><c>[N, H, V]</c></returns>
    public virtual Tensor AttendLatents(int layer, Tensor q, Tensor latent, int valueSize, AttentionScoring scoring)
        => throw new NotSupportedException($"{GetType().Name} does not look at latents.");
}
