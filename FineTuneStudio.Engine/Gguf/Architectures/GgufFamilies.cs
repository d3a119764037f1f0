using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>The families that llama.cpp knows, by <c>model_type</c>.</summary>
internal static class GgufFamilies
{
    private const string PostNorm = "post_attention_norm";

    private static readonly string[] Projections = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];
    private static readonly string[] AllBiases = [.. Projections, "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"];

    private static readonly (string Part, string Name)[] HeadNorms = [("self_attn.q_norm", "attn_q_norm"), ("self_attn.k_norm", "attn_k_norm")];

    // A star stands for the number of an expert: the matrices of all are one tensor.
    private static readonly (string Part, string Name)[] Experts =
    [
        ("mlp.gate", GgufArchitecture.Router), ("mlp.experts.*.gate_proj", "ffn_gate_exps"), ("mlp.experts.*.up_proj", "ffn_up_exps"), ("mlp.experts.*.down_proj", "ffn_down_exps"),
    ];

    private static readonly (string Part, string Name)[] MixtralExperts =
    [
        ("block_sparse_moe.gate", GgufArchitecture.Router), ("block_sparse_moe.experts.*.w1", "ffn_gate_exps"), ("block_sparse_moe.experts.*.w3", "ffn_up_exps"),
        ("block_sparse_moe.experts.*.w2", "ffn_down_exps"),
    ];

    private static readonly (string Part, string Name)[] SharedExpert =
    [
        ("mlp.shared_expert_gate", GgufArchitecture.Router + "_shexp"), ("mlp.shared_expert.gate_proj", "ffn_gate_shexp"), ("mlp.shared_expert.up_proj", "ffn_up_shexp"),
        ("mlp.shared_expert.down_proj", "ffn_down_shexp"),
    ];

    private static readonly (string Part, string Name)[] SharedExperts =
    [
        ("mlp.shared_experts.gate_proj", "ffn_gate_shexp"), ("mlp.shared_experts.up_proj", "ffn_up_shexp"), ("mlp.shared_experts.down_proj", "ffn_down_shexp"),
    ];

    private static readonly (string Part, string Name)[] LatentParts =
    [
        ("self_attn.q_a_proj", "attn_q_a"), ("self_attn.q_a_layernorm", "attn_q_a_norm"), ("self_attn.q_b_proj", "attn_q_b"),
        ("self_attn.kv_a_proj_with_mqa", "attn_kv_a_mqa"), ("self_attn.kv_a_layernorm", "attn_kv_a_norm"),
    ];

    private static readonly (string Part, string Name)[] FourNorms =
    [
        ("post_attention_layernorm", PostNorm), ("pre_feedforward_layernorm", "ffn_norm"), ("post_feedforward_layernorm", "post_ffw_norm"),
    ];

    private static readonly ArchitectureTraits Gemma = new() { IsGemma = true, Activation = Activation.GeluTanh };

    private static readonly ArchitectureTraits LaterGemma = Gemma with { Norms = NormPlacement.Both, HasWindows = true };

    private static readonly GgufArchitecture DeepSeek = new("deepseek2", new() { IsLatent = true, HasExperts = true, StatesRouting = true })
    {
        More = [.. LatentParts, .. Experts, .. SharedExperts],
        Split = SplitPlace.Latents,
        WithoutAdapters = ["self_attn.q_proj", "self_attn.q_a_proj", "self_attn.q_b_proj", "self_attn.kv_a_proj_with_mqa", "self_attn.kv_b_proj"],
    };

    private static readonly Dictionary<string, GgufArchitecture> ByFamily = new(StringComparer.Ordinal)
    {
        ["deepseek_v2"] = DeepSeek,
        ["deepseek_v3"] = DeepSeek,
        ["gemma"] = new("gemma", Gemma),
        ["gemma2"] = new("gemma2", LaterGemma with { BoundsScores = true, BoundsLogits = true, LayersOfWiderScale = 46 }) { More = FourNorms },
        ["gemma3_text"] = new("gemma3", LaterGemma with { HasRopeOfWindows = true, LayersOfWiderScale = 62 }) { More = [.. HeadNorms, .. FourNorms] },
        ["gpt_oss"] = new("gpt-oss", new() { Sinks = true, HasWindows = true, HasExperts = true, DividesExpertWeights = true, ClampLimit = 7, NeedsHead = true })
        {
            Biased = [.. Projections, "self_attn.o_proj", "mlp.router"],
            More = [("mlp.router", GgufArchitecture.Router), ("post_attention_layernorm", PostNorm)],
            Split = SplitPlace.StackedExperts,
        },
        ["granite"] = new("granite", new() { HasFactors = true }) { TurnsNeighbours = true, Biased = AllBiases },
        ["kimi_k2"] = DeepSeek,
        ["llama"] = new("llama", new()) { TurnsNeighbours = true, Biased = AllBiases },
        ["mistral"] = new("llama", new()) { TurnsNeighbours = true },
        ["mixtral"] = new("llama", new() { HasExperts = true, DividesExpertWeights = true }) { TurnsNeighbours = true, More = MixtralExperts },
        ["olmo2"] = new("olmo2", new() { HeadsDivideStream = true, Norms = NormPlacement.After, NeedsHead = true }) { More = [.. HeadNorms, .. FourNorms] },
        ["phi3"] = new("phi3", new() { FusedProjections = true, HasLongRope = true }) { More = [("self_attn.qkv_proj", "attn_qkv"), ("mlp.gate_up_proj", "ffn_up")] },
        ["qwen2"] = new("qwen2", new() { HeadsDivideStream = true }) { Biased = Projections },
        ["qwen2_moe"] = new("qwen2moe", new() { HeadsDivideStream = true, HasExperts = true, NeedsHead = true }) { Biased = Projections, More = [.. Experts, .. SharedExpert] },
        ["qwen3"] = new("qwen3", new()) { Biased = Projections, More = HeadNorms },
        ["qwen3_moe"] = new("qwen3moe", new() { HasExperts = true, DividesExpertWeights = true }) { Biased = Projections, More = [.. HeadNorms, .. Experts] },
        ["smollm3"] = new("smollm3", new() { LayersToOneWithoutRope = 4 }) { TurnsNeighbours = true, Biased = AllBiases },
    };

    /// <summary>The architecture of a model.</summary>
    /// <exception cref="UserErrorException">The export knows none for its family.</exception>
    public static GgufArchitecture Of(ModelConfig config) => ByFamily.GetValueOrDefault(config.Family)
        ?? throw new UserErrorException(config.Family, $"This family is not written as GGUF; {string.Join(", ", ByFamily.Keys)} are. Export the model merged as safetensors instead.");
}
