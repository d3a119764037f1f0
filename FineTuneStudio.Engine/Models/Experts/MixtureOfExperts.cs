using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.FeedForwards;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models.Experts;

/// <summary>Each token through its experts: rows sorted by expert, a product for all of them at once, answers summed by weight.</summary>
internal sealed class MixtureOfExperts : IFeedForward
{
    // What adapters call the two products of a layer, in every family.
    private const string Module = "mlp.experts.";
    private const string GateUp = Module + "gate_up_proj";
    private const string Down = Module + "down_proj";

    private readonly MixtureDescription _description;
    private readonly Router _router;
    private readonly ExpertLinear _gateUp;
    private readonly ExpertLinear _down;
    private readonly SharedExpert? _shared;

    public MixtureOfExperts(MixtureDescription description, LayerWeights weights)
    {
        _description = description;
        _router = Router.Of(description, weights);
        _shared = description.Shared is { } shared ? new SharedExpert(shared, weights) : null;
        var (names, experts) = (description.Names, description.Experts);
        if (names.IsStacked)
        {
            ExpertLinear Stacked(string parameter, string name)
                => new(weights.NameOf(parameter), WeightsOf(weights, [$"{names.Experts}.{name}"], parts: 1, inputsFirst: true), weights[$"{names.Experts}.{name}_bias"]);

            (_gateUp, _down) = (Stacked(GateUp, names.Gate), Stacked(Down, names.Down));
            return;
        }

        ExpertLinear Separate(string parameter, params string[] parts)
        {
            var matrices = parts.SelectMany(part => Enumerable.Range(0, experts).Select(expert => MatrixName(names, expert, part)));
            return new(weights.NameOf(parameter), WeightsOf(weights, [.. matrices], parts.Length, inputsFirst: false), bias: null);
        }

        (_gateUp, _down) = (Separate(GateUp, names.Gate, names.Up), Separate(Down, names.Down));
    }

    private MixtureOfExperts(MixtureOfExperts other, AdapterSet? adapter)
    {
        (_description, _router) = (other._description, other._router);
        (_gateUp, _down, _shared) = (other._gateUp.With(adapter), other._down.With(adapter), other._shared?.With(adapter));
    }

    /// <summary>The weights, in the order of use.</summary>
    public static IEnumerable<WeightSlot> Slots(MixtureDescription description, LayerSlots layer)
    {
        var (names, width, inner) = (description.Names, layer.Width, (long)description.IntermediateSize);
        IEnumerable<WeightSlot> experts = names.IsStacked
            ? StackedSlots(description, layer)
            : Enumerable.Range(0, description.Experts).SelectMany(expert => (WeightSlot[])
            [
                layer.Tensor(MatrixName(names, expert, names.Gate), WeightKind.Inner, inner, width),
                layer.Tensor(MatrixName(names, expert, names.Up), WeightKind.Inner, inner, width),
                layer.Tensor(MatrixName(names, expert, names.Down), WeightKind.Inner, width, inner),
            ]);
        return [.. Router.Slots(description, layer), .. experts, .. description.Shared is { } shared ? SharedExpert.Slots(shared, layer) : []];
    }

    /// <summary>Its products, as adapters see them.</summary>
    public static IEnumerable<ExpertShape> Shapes(MixtureDescription description, LayerSlots layer)
    {
        var (names, experts, width, inner) = (description.Names, description.Experts, layer.Width, (long)description.IntermediateSize);
        IReadOnlyList<ExpertTensor> Tensors(params (string Name, long Outputs)[] parts)
        {
            if (names.IsStacked)
            {
                return [new(layer.NameOf($"{names.Experts}.{parts[0].Name}"), Expert: null, 0, parts.Sum(part => part.Outputs), InputsFirst: true)];
            }

            var tensors = new List<ExpertTensor>();
            var first = 0L;
            foreach (var (name, outputs) in parts)
            {
                tensors.AddRange(Enumerable.Range(0, experts).Select(expert => new ExpertTensor(layer.NameOf(MatrixName(names, expert, name)), expert, first, outputs)));
                first += outputs;
            }

            return tensors;
        }

        return
        [
            new(layer.NameOf(GateUp), experts, width, 2 * inner, Tensors((names.Gate, inner), (names.Up, inner))),
            new(layer.NameOf(Down), experts, inner, width, Tensors((names.Down, width))),
        ];
    }

    public Tensor Apply(Tensor x, AttentionContext context)
    {
        var choice = _router.Choose(x, context);
        var (places, offsets) = ExpertDispatch.Plan(choice.Ids, _description.Experts);
        var projected = _gateUp.Apply(ExpertDispatch.Rows(x, places), offsets);
        var activated = _description.ClampLimit is { } limit
            ? ClampedSwiGlu.Apply(projected, _description.ClampSteepness, limit)
            : GatedActivation.ApplyHalves(projected);
        var sum = ExpertDispatch.Sum(_down.Apply(activated, offsets), choice.Weights, places);
        sum = context.Balance?.Observe(sum, choice) ?? sum;
        return _shared is null ? sum : sum + _shared.Apply(x, context);
    }

    public IFeedForward With(AdapterSet? adapter) => new MixtureOfExperts(this, adapter);

    internal static string MatrixName(ExpertNames names, int expert, string name) => $"{names.Experts}.{expert}.{name}{WeightSlot.WeightSuffix}";

    // Where a file has only some of a product's matrices in few bits, all are unpacked: one product reads one kind.
    private static IExpertWeights WeightsOf(LayerWeights weights, string[] names, int parts, bool inputsFirst)
        => Array.TrueForAll(names, name => weights.FindPacked(name) is not null)
            ? new PackedExpertWeights(Array.ConvertAll(names, name => weights.FindPacked(name)!), parts)
            : new DenseExpertWeights(Array.ConvertAll(names, weights.Unpacked), inputsFirst);

    private static WeightSlot[] StackedSlots(MixtureDescription description, LayerSlots layer)
    {
        var (names, experts, width, inner) = (description.Names, description.Experts, layer.Width, (long)description.IntermediateSize);
        return
        [
            layer.Tensor($"{names.Experts}.{names.Gate}", WeightKind.Inner, experts, width, 2 * inner),
            layer.Tensor($"{names.Experts}.{names.Gate}_bias", WeightKind.Offset, experts, 2 * inner),
            layer.Tensor($"{names.Experts}.{names.Down}", WeightKind.Inner, experts, inner, width),
            layer.Tensor($"{names.Experts}.{names.Down}_bias", WeightKind.Offset, experts, width),
        ];
    }
}
