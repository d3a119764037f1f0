using System.Text.Json.Nodes;

namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>A configuration as transformers reads it: the fields of the file, and its classes' defaults for those left out.</summary>
internal sealed class ReferenceConfig
{
    private static readonly JsonObject Common = Parse("""{ "rms_norm_eps": 1e-6, "hidden_act": "silu", "rope_theta": 10000, "tie_word_embeddings": false }""");

    // Of transformers 5; what a class does not name itself is in Common.
    private static readonly Dictionary<string, JsonObject> Classes = new(StringComparer.Ordinal)
    {
        ["llama"] = Parse("""{ "max_position_embeddings": 2048 }"""),
        ["mistral"] = Parse("""{ "num_key_value_heads": 8, "max_position_embeddings": 131072, "sliding_window": 4096 }"""),
        ["mixtral"] = Parse("""{ "num_key_value_heads": 8, "max_position_embeddings": 131072, "rms_norm_eps": 1e-5, "rope_theta": 1000000, "num_experts_per_tok": 2 }"""),
        ["qwen2"] = Parse("""{ "num_key_value_heads": 32, "max_position_embeddings": 32768, "sliding_window": 4096, "max_window_layers": 28 }"""),
        ["qwen3"] = Parse("""{ "num_key_value_heads": 32, "head_dim": 128, "max_position_embeddings": 32768, "sliding_window": 4096, "max_window_layers": 28 }"""),
        ["qwen2_moe"] = Parse("""{ "num_key_value_heads": 16, "max_position_embeddings": 32768, "sliding_window": 4096, "max_window_layers": 28, "num_experts_per_tok": 4, "decoder_sparse_step": 1 }"""),
        ["qwen3_moe"] = Parse("""{ "num_key_value_heads": 4, "max_position_embeddings": 32768, "sliding_window": 4096, "num_experts_per_tok": 8, "decoder_sparse_step": 1 }"""),
        ["gemma"] = Parse("""{ "num_key_value_heads": 16, "head_dim": 256, "max_position_embeddings": 8192, "tie_word_embeddings": true }"""),
        ["gemma2"] = Parse("""
            { "num_key_value_heads": 4, "head_dim": 256, "max_position_embeddings": 8192, "tie_word_embeddings": true, "sliding_window": 4096,
              "query_pre_attn_scalar": 256, "attn_logit_softcapping": 50, "final_logit_softcapping": 30 }
            """),
        ["gemma3_text"] = Parse("""
            { "num_key_value_heads": 4, "head_dim": 256, "max_position_embeddings": 131072, "tie_word_embeddings": true, "sliding_window": 4096, "rope_theta": 1000000,
              "query_pre_attn_scalar": 256, "rope_local_base_freq": 10000, "sliding_window_pattern": 6 }
            """),
        ["phi3"] = Parse("""{ "max_position_embeddings": 4096, "original_max_position_embeddings": 4096, "rms_norm_eps": 1e-5 }"""),
        ["smollm3"] = Parse("""{ "num_key_value_heads": 4, "max_position_embeddings": 32768, "rope_theta": 2000000, "tie_word_embeddings": true, "no_rope_layer_interval": 4 }"""),
        ["granite"] = Parse("""
            { "max_position_embeddings": 2048, "embedding_multiplier": 1, "logits_scaling": 1, "residual_multiplier": 1, "attention_multiplier": 1 }
            """),
        ["gpt_oss"] = Parse("""
            { "num_key_value_heads": 8, "head_dim": 64, "max_position_embeddings": 131072, "rms_norm_eps": 1e-5, "rope_theta": 150000, "sliding_window": 128, "num_experts_per_tok": 4,
              "swiglu_limit": 7, "swiglu_alpha": 1.702,
              "rope_scaling": { "rope_type": "yarn", "factor": 32, "beta_fast": 32, "beta_slow": 1, "truncate": false, "original_max_position_embeddings": 4096 } }
            """),
        ["deepseek_v2"] = Parse("""
            { "max_position_embeddings": 2048, "q_lora_rank": 1536, "first_k_dense_replace": 0, "moe_layer_freq": 1, "routed_scaling_factor": 1, "topk_method": "greedy", "norm_topk_prob": false }
            """),
        ["deepseek_v3"] = Parse("""
            { "max_position_embeddings": 4096, "q_lora_rank": 1536, "first_k_dense_replace": 3, "moe_layer_freq": 1, "routed_scaling_factor": 2.5, "norm_topk_prob": true,
              "n_group": 8, "topk_group": 4, "n_shared_experts": 1, "num_experts_per_tok": 8 }
            """),
        ["olmo2"] = Parse("""{ "max_position_embeddings": 2048, "rms_norm_eps": 1e-5 }"""),
    };

    private readonly JsonObject _fields;

    /// <param name="file">The configuration.</param>
    public ReferenceConfig(JsonObject file)
    {
        var type = file["model_type"]!.GetValue<string>();
        Type = type == "kimi_k2" ? "deepseek_v3" : type == "gemma3" ? "gemma3_text" : type;
        _fields = Common.DeepClone().AsObject();
        foreach (var (name, value) in Classes[Type].Concat(file))
        {
            _fields[name] = value?.DeepClone();
        }
    }

    /// <summary>The family, by the name of its class's configuration.</summary>
    public string Type { get; }

    public bool Has(string name) => _fields[name] is not null;

    public int Int(string name, int otherwise = 0) => (int)Number(name, otherwise);

    public double Number(string name, double otherwise = 0) => NumberOf(_fields[name]) ?? otherwise;

    public bool Flag(string name) => _fields[name]?.GetValue<bool>() ?? false;

    public string Text(string name) => _fields[name]!.GetValue<string>();

    public JsonArray? List(string name) => _fields[name] as JsonArray;

    public JsonObject? Object(string name) => _fields[name] as JsonObject;

    /// <summary>A JSON number; <see langword="null"/> where there is none.</summary>
    public static double? NumberOf(JsonNode? node) => node is null ? null : double.Parse(node.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
