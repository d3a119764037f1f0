using System.Globalization;
using System.Text.RegularExpressions;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;

namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>How llama.cpp calls a family and its tensors.</summary>
internal sealed partial class GgufArchitecture
{
    /// <summary>What llama.cpp calls a router, and how the names of its kind begin.</summary>
    public const string Router = "ffn_gate_inp";

    private static readonly string[] Projections = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];

    private static readonly (string Part, string Name)[] HeadNorms = [("self_attn.q_norm", "attn_q_norm"), ("self_attn.k_norm", "attn_k_norm")];

    // A star stands for the number of an expert: the matrices of all are one tensor.
    private static readonly (string Part, string Name)[] Experts =
    [
        ("mlp.gate", Router), ("mlp.experts.*.gate_proj", "ffn_gate_exps"), ("mlp.experts.*.up_proj", "ffn_up_exps"), ("mlp.experts.*.down_proj", "ffn_down_exps"),
    ];

    private static readonly (string Part, string Name)[] MixtralExperts =
    [
        ("block_sparse_moe.gate", Router), ("block_sparse_moe.experts.*.w1", "ffn_gate_exps"), ("block_sparse_moe.experts.*.w3", "ffn_up_exps"), ("block_sparse_moe.experts.*.w2", "ffn_down_exps"),
    ];

    private static readonly (string Part, string Name)[] SharedExpert =
    [
        ("mlp.shared_expert_gate", Router + "_shexp"), ("mlp.shared_expert.gate_proj", "ffn_gate_shexp"), ("mlp.shared_expert.up_proj", "ffn_up_shexp"), ("mlp.shared_expert.down_proj", "ffn_down_shexp"),
    ];

    private static readonly Dictionary<string, GgufArchitecture> Families = new(StringComparer.Ordinal)
    {
        ["llama"] = new("llama") { TurnsNeighbours = true, Biased = [.. Projections, "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"] },
        ["mistral"] = new("llama") { TurnsNeighbours = true },
        ["mixtral"] = new("llama") { TurnsNeighbours = true, DividesExpertWeights = true, More = [.. MixtralExperts] },
        ["qwen2"] = new("qwen2") { Biased = Projections },
        ["qwen2_moe"] = new("qwen2moe") { Biased = Projections, DividesExpertWeights = false, More = [.. Experts, .. SharedExpert] },
        ["qwen3"] = new("qwen3") { Biased = Projections, More = [.. HeadNorms] },
        ["qwen3_moe"] = new("qwen3moe") { Biased = Projections, DividesExpertWeights = true, More = [.. HeadNorms, .. Experts] },
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

    /// <summary>Whether the weights of a token's experts are divided by their sum there; <see langword="null"/> where there are no experts.</summary>
    public bool? DividesExpertWeights { get; private init; }

    /// <summary>Whether rope turns neighbouring rows of a head there.</summary>
    private bool TurnsNeighbours { get; init; }

    /// <summary>Modules of a layer whose bias llama.cpp adds.</summary>
    private IReadOnlyList<string> Biased { get; init; } = [];

    /// <summary>Modules of a layer beyond those that all have.</summary>
    private (string Part, string Name)[] More { get; init; } = [];

    /// <summary>The architecture of a model.</summary>
    /// <exception cref="UserErrorException">The export knows none for its family.</exception>
    public static GgufArchitecture Of(ModelConfig config) => Families.GetValueOrDefault(config.Family)
        ?? throw new UserErrorException(config.Family, $"This family is not written as GGUF; {string.Join(", ", Families.Keys.Order(StringComparer.Ordinal))} are. Export the model merged as safetensors instead.");

    /// <summary>Where each of the model's tensors stands, in the model's order.</summary>
    /// <param name="config">The network.</param>
    /// <param name="isThere">Whether the model has an optional tensor.</param>
    /// <exception cref="UserErrorException">llama.cpp has no place for a tensor; every such is named.</exception>
    public IReadOnlyList<GgufSlot> Slots(ModelConfig config, Func<string, bool> isThere)
    {
        var slots = WeightPlan.Of(config).Where(slot => !slot.IsOptional || isThere(slot.Name)).ToList();
        UserErrorException.ThrowIfAny(slots.Where(slot => NameOf(slot.Name) is null)
            .Select(slot => new UserError(slot.Name, $"llama.cpp has no place for this tensor in its architecture '{Name}'. Export the model merged as safetensors instead.")));
        return [.. Places(config, slots)];
    }

    /// <summary>Where each tensor stands that the model could have, as far as llama.cpp has a place.</summary>
    public IEnumerable<GgufSlot> PossibleSlots(ModelConfig config) => Places(config, WeightPlan.Of(config).Where(slot => NameOf(slot.Name) is not null));

    private IEnumerable<GgufSlot> Places(ModelConfig config, IEnumerable<WeightSlot> slots)
        => slots.GroupBy(slot => NameOf(slot.Name)!, StringComparer.Ordinal).Select(group => Place(config, group.Key, [.. group]));

    private GgufSlot Place(ModelConfig config, string name, List<WeightSlot> slots)
    {
        var (hubName, shape) = (slots[0].Name, slots[0].Shape);
        var turned = TurnsNeighbours && (hubName.Contains(".q_proj.", StringComparison.Ordinal) || hubName.Contains(".k_proj.", StringComparison.Ordinal));
        return new GgufSlot(slots.ConvertAll(slot => slot.Name), name, slots.Count == 1 ? shape : [slots.Count, .. shape])
        {
            Change = turned ? RowChange.NeighboursForHalves : RowChange.None,
            HeadSize = turned ? ((GroupedQueryDescription)config.Layers[0].Attention).HeadSize : 0,
        };
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
        var part = NumberOfExpert.Replace(module[(end + 1)..], ".*.");
        var isHeld = suffix != WeightSlot.BiasSuffix || Biased.Contains(part);
        var inner = Modules.GetValueOrDefault(part) ?? More.FirstOrDefault(more => more.Part == part).Name;
        return isHeld && inner is not null ? string.Create(CultureInfo.InvariantCulture, $"blk.{layer}.{inner}{suffix}") : null;
    }

    [GeneratedRegex(@"(?<=\.experts)\.\d+\.", RegexOptions.CultureInvariant)]
    private static partial Regex NumberOfExpert { get; }
}
