using System.Globalization;
using System.Text.RegularExpressions;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf.Architectures.Views;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;

namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>How llama.cpp calls an architecture and its tensors.</summary>
/// <param name="name"><c>general.architecture</c>.</param>
/// <param name="traits">What it computes.</param>
internal sealed partial class GgufArchitecture(string name, ArchitectureTraits traits)
{
    /// <summary>What llama.cpp calls a router, and how the names of its kind begin.</summary>
    public const string Router = "ffn_gate_inp";

    private static readonly Dictionary<string, string> Modules = new(StringComparer.Ordinal)
    {
        ["model.embed_tokens"] = "token_embd",
        ["model.norm"] = "output_norm",
        ["lm_head"] = "output",
        ["input_layernorm"] = "attn_norm",
        ["self_attn.q_proj"] = "attn_q",
        ["self_attn.k_proj"] = "attn_k",
        ["self_attn.v_proj"] = "attn_v",
        ["self_attn.o_proj"] = "attn_output",
        ["post_attention_layernorm"] = "ffn_norm",
        ["mlp.gate_proj"] = "ffn_gate",
        ["mlp.up_proj"] = "ffn_up",
        ["mlp.down_proj"] = "ffn_down",
    };

    /// <summary>llama.cpp's name: <c>general.architecture</c>.</summary>
    public string Name => name;

    /// <summary>What it computes.</summary>
    public ArchitectureTraits Traits => traits;

    /// <summary>Whether rope turns neighbouring rows of a head there, and halves in the hub's files.</summary>
    public bool TurnsNeighbours { get; init; }

    /// <summary>Modules of a layer whose bias llama.cpp adds.</summary>
    public IReadOnlyList<string> Biased { get; init; } = [];

    /// <summary>Modules of a layer beyond those that all have, or by another name than there.</summary>
    public IReadOnlyList<(string Part, string Name)> More { get; init; } = [];

    /// <summary>Tensors of a layer that the hub's files have otherwise.</summary>
    public IReadOnlyList<SplitPlace> Split { get; init; } = [];

    /// <summary>Modules of a layer beside which llama.cpp leaves an adapter out of account.</summary>
    public IReadOnlyList<string> WithoutAdapters { get; init; } = [];

    /// <summary>Where each of the model's tensors stands, in the model's order.</summary>
    /// <param name="config">The network.</param>
    /// <param name="isThere">Whether the model has an optional tensor.</param>
    /// <exception cref="UserErrorException">llama.cpp has no place for a tensor; every such is named.</exception>
    public IReadOnlyList<GgufSlot> Slots(ModelConfig config, Func<string, bool> isThere)
    {
        var slots = WeightPlan.Of(config).Where(slot => !slot.IsOptional || isThere(slot.Name)).ToList();
        var absent = WeightPlan.Of(config).Where(slot => slot is { IsOptional: true, IsInNewModel: true } && !isThere(slot.Name));
        UserErrorException.ThrowIfAny(slots.Where(slot => PlacesOf(config, slot).Count == 0)
            .Select(slot => new UserError(slot.Name, $"llama.cpp has no place for this tensor in its architecture '{Name}'. Export the model merged as safetensors instead."))
            .Concat(absent.Select(slot => new UserError(slot.Name, $"llama.cpp needs this tensor in its architecture '{Name}', and the model has none. Export the model merged as safetensors instead."))));
        return [.. Stacked(config, slots)];
    }

    /// <summary>Where each tensor stands that the model could have, as far as llama.cpp has a place.</summary>
    public IEnumerable<GgufSlot> PossibleSlots(ModelConfig config) => Stacked(config, WeightPlan.Of(config));

    // The matrices of a layer's experts become one tensor.
    private IEnumerable<GgufSlot> Stacked(ModelConfig config, IEnumerable<WeightSlot> slots)
        => slots.SelectMany(slot => PlacesOf(config, slot))
            .GroupBy(place => place.Name, StringComparer.Ordinal)
            .Select(group => group.Count() == 1
                ? group.First()
                : group.First() with { HubNames = [.. group.SelectMany(place => place.HubNames)], Shape = [group.Count(), .. group.First().Shape] });

    // model.layers.3.self_attn.q_proj.weight -> blk.3.attn_q.weight
    private List<GgufSlot> PlacesOf(ModelConfig config, WeightSlot slot)
    {
        var dot = slot.Name.LastIndexOf('.');
        var (module, suffix) = (slot.Name[..dot], slot.Name[dot..]);
        if (!module.StartsWith(WeightPlan.Layers, StringComparison.Ordinal))
        {
            return Modules.TryGetValue(module, out var outer) ? [new([slot.Name], outer + suffix, slot.Shape, ViewOf(config, slot, 0))] : [];
        }

        var end = slot.Name.IndexOf('.', WeightPlan.Layers.Length);
        var layer = int.Parse(slot.Name.AsSpan(WeightPlan.Layers.Length, end - WeightPlan.Layers.Length), CultureInfo.InvariantCulture);
        var (tensor, prefix) = (slot.Name[(end + 1)..], string.Create(CultureInfo.InvariantCulture, $"blk.{layer}."));
        var split = Split.Where(place => place.Part == tensor).Select(place => Place(place, config.Layers[layer], slot, prefix)).ToList();
        if (split.Count > 0 || end >= dot)
        {
            return split;
        }

        var part = NumberOfExpert.Replace(module[(end + 1)..], ".*.");
        var isHeld = suffix != WeightSlot.BiasSuffix || Biased.Contains(part);
        var inner = More.FirstOrDefault(more => more.Part == part).Name ?? Modules.GetValueOrDefault(part);
        return isHeld && inner is not null
            ? [new([slot.Name], prefix + inner + suffix, slot.Shape, ViewOf(config, slot, layer)) { TakesAdapters = !WithoutAdapters.Contains(part) }]
            : [];
    }

    private static GgufSlot Place(SplitPlace place, LayerDescription layer, WeightSlot slot, string prefix)
    {
        var (shape, view) = place.Make(layer, slot.Shape);
        return new GgufSlot([slot.Name], prefix + place.Name, shape, view) { TakesAdapters = view is not HeadPartView };
    }

    private HubView ViewOf(ModelConfig config, WeightSlot slot, int layer)
    {
        if (traits.IsGemma && slot.Name.EndsWith("norm.weight", StringComparison.Ordinal))
        {
            return new OffsetView();
        }

        var turned = TurnsNeighbours && (slot.Name.Contains(".q_proj.", StringComparison.Ordinal) || slot.Name.Contains(".k_proj.", StringComparison.Ordinal));
        return turned ? new NeighboursView(((GroupedQueryDescription)config.Layers[layer].Attention).HeadSize) : HubView.Same;
    }

    [GeneratedRegex(@"(?<=\.experts)\.\d+\.", RegexOptions.CultureInvariant)]
    private static partial Regex NumberOfExpert { get; }
}
