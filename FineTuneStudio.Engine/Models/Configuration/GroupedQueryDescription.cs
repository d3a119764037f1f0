using FineTuneStudio.Engine.Models.Attentions;
using FineTuneStudio.Engine.Models.Weights;

namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>Grouped-query attention of one layer.</summary>
/// <remarks>Ainslie et al. 2023, arXiv 2305.13245.</remarks>
public sealed record GroupedQueryDescription : AttentionDescription
{
    /// <summary>Query heads. <c>H</c></summary>
    public required int Heads { get; init; }

    /// <summary>Key/value heads; query head h reads head <c>h / (H/K)</c>. <c>K</c></summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of a head. <c>C</c></summary>
    public required int HeadSize { get; init; }

    /// <summary>Factor on the scores.</summary>
    public required double Scale { get; init; }

    /// <summary>Bounds the scores: <c>c tanh(s / c)</c>, after scaling (Gemma 2).</summary>
    public double? SoftCap { get; init; }

    /// <summary>Whether each head has one more learnt score that takes weight and gives no value (gpt-oss).</summary>
    public bool Sinks { get; init; }

    /// <summary>Whether and how queries and keys are normed before they turn.</summary>
    public QueryKeyNorm QueryKeyNorm { get; init; }

    /// <summary>Whether the file holds q, k and v as one matrix, <c>qkv_proj</c>: all q, all k, all v (Phi-3).</summary>
    public bool FusedProjections { get; init; }

    /// <summary>Biases on q, k, v that a model made anew gets; in a file, a bias is where the file holds one.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>A bias on the output that a model made anew gets.</summary>
    public bool OutputBias { get; init; }

    /// <inheritdoc/>
    public override CacheShape Cache => new(KeyValueHeads, HeadSize, HeadSize);

    /// <summary>Width of all queries.</summary>
    internal long QueryWidth => (long)Heads * HeadSize;

    /// <summary>Width of all keys, and of all values.</summary>
    internal long KeyWidth => (long)KeyValueHeads * HeadSize;

    internal override PartElements Elements
    {
        get
        {
            // Norms read what leaves the products; turning reads nothing again. Attention reads what it was given, and what it gave.
            var (both, attention) = (QueryWidth + KeyWidth, (2 * QueryWidth) + (2 * KeyWidth));
            var normed = QueryKeyNorm == QueryKeyNorm.None ? 0 : both;
            return new PartElements(attention + normed + (Rope is null ? 0 : both), attention + normed, attention);
        }
    }

    internal override IEnumerable<WeightSlot> Slots(LayerSlots layer) => GroupedQueryAttention.Slots(this, layer);

    internal override IAttention Build(LayerWeights weights) => new GroupedQueryAttention(this, weights);
}
