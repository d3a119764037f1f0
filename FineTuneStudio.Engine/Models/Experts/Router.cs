using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models.Experts;

/// <summary>Chooses each token's experts and weighs them. Logits and what follows are fp32 in every precision: near ties decide.</summary>
internal sealed class Router
{
    private const string Correction = ".e_score_correction_bias";

    private readonly RouterDescription _description;
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly Tensor? _correction;
    private readonly int _layer;

    /// <param name="description">How it chooses.</param>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="weight">fp32. <c>[E, D]</c></param>
    /// <param name="bias"><c>[E]</c>, or <see langword="null"/>.</param>
    /// <param name="correction">fp32. <c>[E]</c>, or <see langword="null"/>.</param>
    public Router(RouterDescription description, int layer, Tensor weight, Tensor? bias = null, Tensor? correction = null)
    {
        (_description, _layer) = (description, layer);
        (_weight, _bias, _correction) = (weight, bias, correction);
    }

    /// <summary>The router of a layer.</summary>
    public static Router Of(MixtureDescription mixture, LayerWeights weights)
    {
        var (name, description) = (mixture.Names.Router, mixture.Router);
        return new Router(
            description,
            weights.Index,
            weights[name + WeightSlot.WeightSuffix],
            description.HasBias ? weights[name + WeightSlot.BiasSuffix] : null,
            description.HasCorrection ? weights[name + Correction] : null);
    }

    /// <summary>The weights, in the order of use.</summary>
    public static IEnumerable<WeightSlot> Slots(MixtureDescription mixture, LayerSlots layer)
    {
        var name = mixture.Names.Router;
        yield return layer.Tensor(name + WeightSlot.WeightSuffix, WeightKind.Router, mixture.Experts, layer.Width);
        if (mixture.Router.HasBias)
        {
            yield return layer.Tensor(name + WeightSlot.BiasSuffix, WeightKind.Offset, mixture.Experts);
        }

        if (mixture.Router.HasCorrection)
        {
            yield return layer.Tensor(name + Correction, WeightKind.Buffer, mixture.Experts);
        }
    }

    /// <summary>Chooses, or takes the experts that the context gives; their weights are always those of now, so that gradients reach the router.</summary>
    /// <param name="x"><c>[N, D]</c></param>
    /// <param name="context">Gives ids, and sees what was chosen.</param>
    public ExpertChoice Choose(Tensor x, AttentionContext context)
    {
        var logits = SmallBatchLinear.Apply(x.To(DType.Float32), _weight, _bias?.To(DType.Float32));
        var scores = _description.Scores == ScoreFunction.Sigmoid ? logits.Sigmoid() : logits.Softmax(-1);
        var ids = context.RoutingGiven is { } given ? Given(given, scores) : Best(scores);
        var weights = scores.Gather(1, ids);
        if (_description.Normalised)
        {
            weights /= weights.Sum(1, keep: true) + 1e-20;
        }

        var choice = new ExpertChoice(logits, ids, _description.Scale == 1 ? weights : weights * _description.Scale);
        context.RoutingObserved?.Invoke(_layer, choice);
        return choice;
    }

    // Tokens that the record does not know are sent where their scores say. [N, k]
    private Tensor Given(RoutingRecord record, Tensor scores)
    {
        var ids = record.IdsOf(_layer, scores.Device);
        return record.IsWhole ? ids : Tensor.Where(ids.EqualTo(-1), Best(scores), ids);
    }

    // [N, k]
    private Tensor Best(Tensor scores)
    {
        using var off = GradMode.Off();
        var eligible = _correction is null ? scores : scores + _correction;
        if (_description.Groups > _description.KeptGroups)
        {
            eligible = WithoutDroppedGroups(eligible);
        }

        return eligible.TopK(_description.Choices, -1).Indices;
    }

    // What is dropped is out, even where all that is kept scores below zero.
    private Tensor WithoutDroppedGroups(Tensor scores)
    {
        var (tokens, experts) = (scores.Size(0), scores.Size(1));
        var grouped = scores.View(tokens, _description.Groups, experts / _description.Groups);
        var best = grouped.TopK(_description.BestOfGroup, -1).Values.Sum(-1);
        var kept = best.TopK(_description.KeptGroups, -1).Indices;
        var mask = Tensor.Full([.. best.Shape], double.NegativeInfinity, DType.Float32, scores.Device).Scatter(1, kept, 0);
        return (grouped + mask.Unsqueeze(2)).View(tokens, experts);
    }
}
