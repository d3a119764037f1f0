using System.Globalization;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;

namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>How llama.cpp calls a family and its tensors.</summary>
internal sealed class GgufArchitecture
{
    private static readonly string[] Projections = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];

    private static readonly Dictionary<string, GgufArchitecture> Families = new(StringComparer.Ordinal)
    {
        ["llama"] = new("llama") { TurnsNeighbours = true, Biased = [.. Projections, "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"] },
        ["mistral"] = new("llama") { TurnsNeighbours = true },
        ["qwen2"] = new("qwen2") { Biased = Projections },
        ["qwen3"] = new("qwen3") { Biased = Projections, More = new() { ["self_attn.q_norm"] = "attn_q_norm", ["self_attn.k_norm"] = "attn_k_norm" } },
    };

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

    private GgufArchitecture(string name)
    {
        Name = name;
    }

    /// <summary>llama.cpp's name: <c>general.architecture</c>.</summary>
    public string Name { get; }

    /// <summary>Whether rope turns neighbouring rows of a head there.</summary>
    private bool TurnsNeighbours { get; init; }

    /// <summary>Modules of a layer whose bias llama.cpp adds.</summary>
    private IReadOnlyList<string> Biased { get; init; } = [];

    /// <summary>Modules of a layer beyond those that all have.</summary>
    private Dictionary<string, string> More { get; init; } = [];

    /// <summary>The architecture of a model.</summary>
    /// <exception cref="UserErrorException">The export knows none for its family.</exception>
    public static GgufArchitecture Of(ModelConfig config) => Families.GetValueOrDefault(config.Family)
        ?? throw new UserErrorException(config.Family, $"This family is not written as GGUF; {string.Join(", ", Families.Keys.Order(StringComparer.Ordinal))} are. Export the model merged as safetensors instead.");

    /// <summary>Where each of the model's tensors stands.</summary>
    /// <param name="config">The network.</param>
    /// <param name="isThere">Whether the model has an optional tensor.</param>
    /// <exception cref="UserErrorException">llama.cpp has no place for a tensor; every such is named.</exception>
    public IReadOnlyList<GgufSlot> Slots(ModelConfig config, Func<string, bool> isThere)
    {
        var slots = WeightPlan.Of(config).Where(slot => !slot.IsOptional || isThere(slot.Name)).ToList();
        UserErrorException.ThrowIfAny(slots.Where(slot => NameOf(slot.Name) is null)
            .Select(slot => new UserError(slot.Name, $"llama.cpp has no place for this tensor in its architecture '{Name}'. Export the model merged as safetensors instead.")));
        return [.. slots.Select(slot => Place(config, slot))];
    }

    /// <summary>Where each tensor stands that the model could have, as far as llama.cpp has a place.</summary>
    public IEnumerable<GgufSlot> PossibleSlots(ModelConfig config) => WeightPlan.Of(config).Where(slot => NameOf(slot.Name) is not null).Select(slot => Place(config, slot));

    /// <summary>Where one linear's weight stands.</summary>
    /// <param name="config">The network.</param>
    /// <param name="module">The linear's full name.</param>
    public GgufSlot SlotOf(ModelConfig config, string module)
        => Place(config, WeightPlan.Of(config).Single(slot => slot.Name == module + WeightSlot.WeightSuffix));

    private GgufSlot Place(ModelConfig config, WeightSlot slot)
    {
        var turned = TurnsNeighbours && (slot.Name.Contains(".q_proj.", StringComparison.Ordinal) || slot.Name.Contains(".k_proj.", StringComparison.Ordinal));
        return turned
            ? new GgufSlot(slot.Name, NameOf(slot.Name)!, slot.Shape, RowChange.NeighboursForHalves, ((GroupedQueryDescription)config.Layers[0].Attention).HeadSize)
            : new GgufSlot(slot.Name, NameOf(slot.Name)!, slot.Shape);
    }

    // model.layers.3.self_attn.q_proj.weight -> blk.3.attn_q.weight
    private string? NameOf(string hubName)
    {
        var dot = hubName.LastIndexOf('.');
        var (module, suffix) = (hubName[..dot], hubName[dot..]);
        if (!module.StartsWith(WeightPlan.Layers, StringComparison.Ordinal))
        {
            return Modules.TryGetValue(module, out var outer) ? outer + suffix : null;
        }

        var end = module.IndexOf('.', WeightPlan.Layers.Length);
        var layer = int.Parse(module.AsSpan(WeightPlan.Layers.Length, end - WeightPlan.Layers.Length), CultureInfo.InvariantCulture);
        var part = module[(end + 1)..];
        var isHeld = suffix != WeightSlot.BiasSuffix || Biased.Contains(part);
        return isHeld && (Modules.TryGetValue(part, out var inner) || More.TryGetValue(part, out inner))
            ? string.Create(CultureInfo.InvariantCulture, $"blk.{layer}.{inner}{suffix}")
            : null;
    }
}
