using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>Finds what a network does and llama.cpp does not in the architecture that stands for its family.</summary>
internal sealed class ArchitectureCheck(ModelConfig config, ArchitectureTraits traits)
{
    private readonly IReadOnlyList<LayerDescription> _layers = config.Layers;

    /// <summary>Every such thing, as words after "the model has".</summary>
    public IEnumerable<string> Strange()
    {
        if (_layers.Select(Plain).Distinct().Count() > 1)
        {
            yield return "layers that differ from each other";
        }

        foreach (var what in _layers.Select(layer => layer.Attention).Distinct().SelectMany(Attention)
            .Concat(_layers.Select(layer => layer.FeedForward).Distinct().SelectMany(FeedForward)).Distinct(StringComparer.Ordinal))
        {
            yield return what;
        }

        if (traits.StatesRouting && !_layers.Any(layer => layer.FeedForward is MixtureDescription))
        {
            yield return "no layer with experts";
        }

        if (!HasRhythm())
        {
            yield return "windows, or layers without rope, in a rhythm";
        }

        if (config.OffsetNorms != traits.IsGemma || _layers[0].Norms != traits.Norms)
        {
            yield return "norms of another kind or in another place";
        }

        var scale = traits.IsGemma ? Math.Sqrt(config.HiddenSize) : 1;
        var hasFactors = config.EmbeddingScale != scale || config.LogitScale != 1 || _layers[0].ResidualScale != 1;
        if ((hasFactors && !traits.HasFactors) || (config.LogitSoftCap is not null && !traits.BoundsLogits))
        {
            yield return "factors or a bound on embeddings, layers or logits";
        }

        if (config.LogitSoftCap is null && traits.BoundsLogits)
        {
            yield return "logits without a bound";
        }

        if (traits.IsGemma && !config.TiedEmbeddings)
        {
            yield return "a head that is not its embedding";
        }
    }

    /// <summary>Every so many layers one looks without a window; <see langword="null"/> where there is no such number.</summary>
    public int? WindowPeriod()
    {
        int[] periods = [.. Enumerable.Range(2, _layers.Count)];
        return periods.Where(period => _layers.Index().All(layer => layer.Item.Attention.Window is not null == (layer.Index % period < period - 1))).Cast<int?>().FirstOrDefault();
    }

    // Without what may differ from layer to layer.
    private LayerDescription Plain(LayerDescription layer)
    {
        var rope = traits.HasRopeOfWindows || traits.LayersToOneWithoutRope is not null ? null : layer.Attention.Rope;
        var feedForward = traits.StatesRouting ? _layers[0].FeedForward : layer.FeedForward;
        return layer with { Attention = layer.Attention with { Window = null, Rope = rope }, FeedForward = feedForward };
    }

    private IEnumerable<string> Attention(AttentionDescription attention)
    {
        var isKnown = attention switch
        {
            LatentDescription latent => traits.IsLatent && latent is { InterleavedRope: true, Window: null, Rope: not null },
            GroupedQueryDescription grouped => !traits.IsLatent && grouped.FusedProjections == traits.FusedProjections && grouped.Sinks == traits.Sinks
                && grouped.SoftCap is not null == traits.BoundsScores && (grouped.Rope is not null || traits.LayersToOneWithoutRope is not null),
            _ => false,
        };
        if (!isKnown)
        {
            yield return "another kind of attention";
        }
        else if (attention is GroupedQueryDescription grouped && !traits.HasFactors && Math.Abs((grouped.Scale * Math.Sqrt(ScaledBy(grouped))) - 1) > 1e-6)
        {
            yield return $"scores multiplied by {grouped.Scale:G6} instead of one over the root of the head size";
        }

        if (traits.HeadsDivideStream && attention is GroupedQueryDescription { QueryWidth: var width } && width != config.HiddenSize)
        {
            yield return $"heads that are {width} wide together, beside a stream of {config.HiddenSize}";
        }

        if (attention is LatentDescription { Rope: { Kind: RopeKind.Yarn, AttentionFactor: not 1 } rope } && Math.Abs(rope.AttentionFactor - 1) > 1e-6)
        {
            yield return $"cosine and sine multiplied by {rope.AttentionFactor:G6} (mscale other than mscale_all_dim)";
        }

        if (attention.Rope?.Kind == RopeKind.LongRope && !traits.HasLongRope)
        {
            yield return "LongRoPE";
        }
    }

    // What the scores are divided by the root of.
    private double ScaledBy(GroupedQueryDescription attention)
        => traits.LayersOfWiderScale == _layers.Count ? (double)config.HiddenSize / attention.Heads : attention.HeadSize;

    private IEnumerable<string> FeedForward(FeedForwardDescription feedForward)
    {
        if (feedForward is GatedDescription gated)
        {
            if (gated.Activation != traits.Activation || gated.FusedProjections != traits.FusedProjections || (traits.HasExperts && !traits.StatesRouting))
            {
                yield return "another kind of feed-forward part";
            }

            yield break;
        }

        var mixture = (MixtureDescription)feedForward;
        var router = mixture.Router;
        if (!traits.HasExperts || mixture.ClampLimit != traits.ClampLimit || mixture.ClampSteepness != MixtureDescription.UsualSteepness || (traits.StatesRouting && mixture.Shared is null))
        {
            yield return "another kind of feed-forward part";
        }
        else if (!traits.StatesRouting && router.Normalised != traits.DividesExpertWeights)
        {
            yield return $"weights of experts that are {(traits.DividesExpertWeights ? "not " : "")}divided by their sum";
        }

        if (router.Groups > router.KeptGroups && !(traits.StatesRouting && router.BestOfGroup == 2))
        {
            yield return "experts in groups that the best expert of each stands for";
        }
    }

    private bool HasRhythm()
    {
        var ropeFits = traits.LayersToOneWithoutRope is not { } step || _layers.Index().All(layer => layer.Item.Attention.Rope is null == ((layer.Index + 1) % step == 0));
        var dense = _layers.TakeWhile(layer => layer.FeedForward is GatedDescription).Count();
        var leadFits = !traits.StatesRouting || _layers.Skip(dense).All(layer => layer.FeedForward is MixtureDescription);
        return ropeFits && leadFits && (!traits.HasWindows || WindowPeriod() is not null);
    }
}
