using FineTuneStudio.Engine.Models.Attentions;
using FineTuneStudio.Engine.Models.Weights;

namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>Multi-head latent attention: keys and values of all heads are made of one narrow latent, which is all that generation keeps.</summary>
/// <remarks>DeepSeek-AI 2024, arXiv 2405.04434.</remarks>
public sealed record LatentDescription : AttentionDescription
{
    /// <summary>Heads; each has keys and values of its own. <c>H</c></summary>
    public required int Heads { get; init; }

    /// <summary>Width of the latent that queries are made of; <see langword="null"/> makes them of the stream itself.</summary>
    public int? QueryLatentSize { get; init; }

    /// <summary>Width of the latent that keys and values are made of.</summary>
    public required int LatentSize { get; init; }

    /// <summary>Width of the part of a head's queries and keys that does not turn.</summary>
    public required int PlainSize { get; init; }

    /// <summary>Width of the part that turns; its key is one for all heads.</summary>
    public required int TurningSize { get; init; }

    /// <summary>Width of a head's values.</summary>
    public required int ValueSize { get; init; }

    /// <summary>Whether neighbours turn together, instead of halves.</summary>
    public bool InterleavedRope { get; init; } = true;

    /// <summary>Factor on the scores.</summary>
    public required double Scale { get; init; }

    /// <summary>Added to the mean of squares in the latents' norms, whatever the model's other norms have.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <inheritdoc/>
    public override CacheShape Cache => new(1, KeptSize, 0);

    /// <summary>Width of a head's queries and keys.</summary>
    internal int KeySize => PlainSize + TurningSize;

    /// <summary>Width of what is kept of a token: the latent, normed, and the turned key.</summary>
    internal int KeptSize => LatentSize + TurningSize;

    internal override PartElements Elements
    {
        get
        {
            // Attention reads queries, keys, values and what it gave; norms read the latents.
            var (attention, expanded) = (Heads * ((2L * KeySize) + (2L * ValueSize)), Heads * ((long)PlainSize + ValueSize));
            var latents = LatentSize + (QueryLatentSize ?? 0);
            return new PartElements(attention + expanded + (Heads * ((long)KeySize + TurningSize)) + (2L * latents) + (2L * KeptSize), attention + latents, attention + expanded);
        }
    }

    internal override IEnumerable<WeightSlot> Slots(LayerSlots layer) => LatentAttention.Slots(this, layer);

    internal override IAttention Build(LayerWeights weights) => new LatentAttention(this, weights);
}
