using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.FeedForwards;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.Experts;

/// <summary>A mixture of experts by itself, with random frozen weights: what a measurement needs of a model.</summary>
public sealed class LoneMixture : IDisposable
{
    private readonly ModelWeights _weights;
    private readonly IFeedForward _layer;
    private readonly MixtureDescription _description;
    private readonly TokenBatch _batch = TokenBatch.FromSequences([[0]]);

    private LoneMixture(MixtureDescription description, ModelWeights weights, ModelConfig config)
    {
        (_description, _weights) = (description, weights);
        _layer = description.Build(new LayerWeights(config, weights, 0));
    }

    /// <summary>Makes one.</summary>
    /// <param name="description">Experts and router.</param>
    /// <param name="width">Width of the residual stream. <c>D</c></param>
    /// <param name="precision">Element type of weights and activations.</param>
    /// <param name="seed">The same seed gives the same bits.</param>
    public static LoneMixture Create(MixtureDescription description, int width, Precision precision, long seed)
    {
        var attention = new GroupedQueryDescription { Heads = 1, KeyValueHeads = 1, HeadSize = 2, Scale = 1 };
        var config = new ModelConfig
        {
            Family = "", Architecture = "", VocabularySize = 1, HiddenSize = width, ContextLength = 1, NormEpsilon = 1e-6, TiedEmbeddings = true,
            Layers = [new LayerDescription(attention, description)],
        };
        return new LoneMixture(description, ModelWeights.Create(config, seed, precision == Precision.Bf16 ? DType.BFloat16 : DType.Float32, trainable: false, default), config);
    }

    /// <summary>What the layer makes of tokens.</summary>
    /// <param name="x"><c>[N, D]</c></param>
    /// <param name="observed">Sees where they went.</param>
    /// <returns><c>[N, D]</c></returns>
    public Tensor Apply(Tensor x, Action<ExpertChoice>? observed = null)
    {
        // A mixture looks at no other token, so that the batch is nobody's.
        return _layer.Apply(x, new PackedAttentionContext(_batch) { RoutingObserved = observed is null ? null : (_, choice) => observed(choice) });
    }

    /// <summary>The matrices of an expert: gate, up, down. <c>[F, D]</c>, <c>[F, D]</c>, <c>[D, F]</c></summary>
    public Tensor[] MatricesOf(int expert)
        => [.. new[] { _description.Names.Gate, _description.Names.Up, _description.Names.Down }.Select(name => _weights[WeightPlan.Prefix(0) + MixtureOfExperts.MatrixName(_description.Names, expert, name)])];

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        _weights.Dispose();
    }
}
