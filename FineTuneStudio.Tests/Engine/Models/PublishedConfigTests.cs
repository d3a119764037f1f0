using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Tensors;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Models;

/// <summary>Configurations of published models: their shapes must add up to the numbers of weights that their cards state.</summary>
public sealed class PublishedConfigTests
{
    private const string Llama3Rope = """ "rope_theta": 500000.0, "rope_scaling": {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192, "rope_type": "llama3"} """;

    private const string LatentOfV3 = """
        "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128, "n_shared_experts": 1, "num_experts_per_tok": 8,
        "moe_intermediate_size": 2048, "moe_layer_freq": 1, "topk_method": "noaux_tc", "scoring_func": "sigmoid", "norm_topk_prob": true, "ep_size": 1, "attention_bias": false
        """;

    private const string GptOss = """
        "head_dim": 64, "num_experts_per_tok": 4, "experts_per_token": 4, "sliding_window": 128, "attention_bias": true, "swiglu_limit": 7.0, "initial_context_length": 4096,
        "rms_norm_eps": 1e-05, "rope_theta": 150000, "output_router_logits": false, "quantization_config": {"quant_method": "mxfp4", "modules_to_not_convert": ["lm_head"]},
        "rope_scaling": {"beta_fast": 32.0, "beta_slow": 1.0, "factor": 32.0, "original_max_position_embeddings": 4096, "rope_type": "yarn", "truncate": false}
        """;

    private static readonly string FortyEight = string.Join(", ", Enumerable.Repeat("1.05", 48));

    public static TheoryData<string, long, string> Published => new()
    {
        { "Llama-2-7b", 6_738_415_616, Json("llama", 32000, 4096, 11008, 32, 32, 32, 4096, """ "rope_scaling": null """) },
        { "Llama-3-8B", 8_030_261_248, Json("llama", 128256, 4096, 14336, 32, 32, 8, 8192, """ "rope_theta": 500000.0 """) },
        { "Llama-3.2-1B", 1_235_814_400, Json("llama", 128256, 2048, 8192, 16, 32, 8, 131072, Llama3Rope + """, "head_dim": 64, "tie_word_embeddings": true """) },
        { "Llama-3.2-3B", 3_212_749_824, Json("llama", 128256, 3072, 8192, 28, 24, 8, 131072, Llama3Rope + """, "head_dim": 128, "tie_word_embeddings": true """) },
        { "Llama-3.1-70B", 70_553_706_496, Json("llama", 128256, 8192, 28672, 80, 64, 8, 131072, Llama3Rope) },
        { "Llama-3.1-405B", 405_853_388_800, Json("llama", 128256, 16384, 53248, 126, 128, 8, 131072, Llama3Rope) },
        { "Mistral-7B-v0.1", 7_241_732_096, Json("mistral", 32000, 4096, 14336, 32, 32, 8, 32768, """ "sliding_window": 4096 """) },
        { "Mistral-Nemo", 12_247_782_400, Json("mistral", 131072, 5120, 14336, 40, 32, 8, 1024000, """ "head_dim": 128, "sliding_window": null """) },
        { "Qwen2.5-0.5B", 494_032_768, Json("qwen2", 151936, 896, 4864, 24, 14, 2, 32768, """ "tie_word_embeddings": true, "use_sliding_window": false, "sliding_window": 32768, "max_window_layers": 24, "use_mrope": false """) },
        { "Qwen2.5-72B", 72_706_203_648, Json("qwen2", 152064, 8192, 29568, 80, 64, 8, 32768, """ "rope_theta": 1000000.0 """) },
        { "Qwen3-0.6B", 596_049_920, Json("qwen3", 151936, 1024, 3072, 28, 16, 8, 40960, """ "head_dim": 128, "tie_word_embeddings": true """) },
        { "Qwen3-32B", 32_762_123_264, Json("qwen3", 151936, 5120, 25600, 64, 64, 8, 40960, """ "head_dim": 128 """) },
        { "gemma-2b", 2_506_172_416, Json("gemma", 256000, 2048, 16384, 18, 8, 1, 8192, """ "head_dim": 256, "hidden_act": "gelu", "hidden_activation": null """) },
        { "gemma-2-9b", 9_241_705_984, Json("gemma2", 256000, 3584, 14336, 42, 16, 8, 8192, """ "head_dim": 256, "sliding_window": 4096, "query_pre_attn_scalar": 256, "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0 """) },
        { "gemma-2-27b", 27_227_128_320, Json("gemma2", 256000, 4608, 36864, 46, 32, 16, 8192, """ "head_dim": 128, "sliding_window": 4096, "query_pre_attn_scalar": 144 """) },
        { "gemma-3-270m", 268_098_176, Json("gemma3_text", 262144, 640, 2048, 18, 4, 1, 32768, """ "head_dim": 256, "sliding_window": 512, "_sliding_window_pattern": 6, "rope_local_base_freq": 10000.0 """) },
        { "gemma-3-1b", 999_885_952, Json("gemma3_text", 262144, 1152, 6912, 26, 4, 1, 32768, """ "head_dim": 256, "sliding_window": 512, "sliding_window_pattern": 6, "rope_local_base_freq": 10000, "rope_theta": 1000000 """) },
        { "Phi-3-mini-4k", 3_821_079_552, Json("phi3", 32064, 3072, 8192, 32, 32, 32, 4096, """ "original_max_position_embeddings": 4096, "sliding_window": 2047 """) },
        { "phi-4", 14_659_507_200, Json("phi3", 100352, 5120, 17920, 40, 40, 10, 16384, """ "rope_theta": 250000 """) },
        { "Phi-4-mini", 3_836_021_760, Json("phi3", 200064, 3072, 8192, 32, 24, 8, 131072, """ "partial_rotary_factor": 0.75, "tie_word_embeddings": true, "original_max_position_embeddings": 4096 """) },
        { "SmolLM3-3B", 3_075_098_624, Json("smollm3", 128256, 2048, 11008, 36, 16, 4, 65536, """ "rope_theta": 5000000.0 """) },
        { "granite-3.0-2b", 2_533_531_648, Json("granite", 49155, 2048, 8192, 40, 32, 8, 4096, """ "attention_multiplier": 0.015625, "embedding_multiplier": 12.0, "logits_scaling": 8.0, "residual_multiplier": 0.22, "tie_word_embeddings": true """) },
        { "OLMo-2-7B", 7_298_617_344, Json("olmo2", 100352, 4096, 11008, 32, 32, 32, 4096, """ "rope_theta": 500000 """) },
        { "OLMo-2-1B", 1_484_916_736, Json("olmo2", 100352, 2048, 8192, 16, 16, 16, 4096, """ "rope_theta": 500000, "attention_bias": false, "rms_norm_eps": 1e-06 """) },
        { "OLMo-2-13B", 13_716_198_400, Json("olmo2", 100352, 5120, 13824, 40, 40, 40, 4096, """ "rope_theta": 500000 """) },
        { "OLMo-2-32B", 32_234_279_936, Json("olmo2", 100352, 5120, 27648, 64, 40, 8, 4096, """ "rope_theta": 500000 """) },
        { "Llama-2-13b", 13_015_864_320, Json("llama", 32000, 5120, 13824, 40, 40, 40, 4096, """ "pretraining_tp": 1, "rope_scaling": null """) },
        { "Llama-2-70b", 68_976_648_192, Json("llama", 32000, 8192, 28672, 80, 64, 8, 4096, """ "rope_scaling": null """) },
        { "CodeLlama-34b", 33_743_970_304, Json("llama", 32000, 8192, 22016, 48, 64, 8, 16384, """ "rope_theta": 1000000 """) },
        { "TinyLlama-1.1B", 1_100_048_384, Json("llama", 32000, 2048, 5632, 22, 32, 4, 2048, """ "rope_scaling": null """) },
        { "Yi-6B", 6_061_035_520, Json("llama", 64000, 4096, 11008, 32, 32, 4, 4096, """ "rope_theta": 5000000.0 """) },
        { "Llama-3.3-70B", 70_553_706_496, Json("llama", 128256, 8192, 28672, 80, 64, 8, 131072, Llama3Rope + """, "head_dim": 128, "mlp_bias": false, "eos_token_id": [128001, 128008, 128009] """) },
        { "DeepSeek-R1-Distill-Llama-8B", 8_030_261_248, Json("llama", 128256, 4096, 14336, 32, 32, 8, 131072, Llama3Rope) },
        { "SmolLM2-135M", 134_515_008, Json("llama", 49152, 576, 1536, 30, 9, 3, 8192, """ "rope_theta": 100000, "rope_interleaved": false, "is_llama_config": true, "tie_word_embeddings": true """) },
        { "SmolLM2-360M", 361_821_120, Json("llama", 49152, 960, 2560, 32, 15, 5, 8192, """ "rope_theta": 100000, "tie_word_embeddings": true """) },
        { "SmolLM2-1.7B", 1_711_376_384, Json("llama", 49152, 2048, 8192, 24, 32, 32, 8192, """ "rope_theta": 130000, "tie_word_embeddings": true """) },
        { "Mistral-7B-v0.3", 7_248_023_552, Json("mistral", 32768, 4096, 14336, 32, 32, 8, 32768, """ "rope_theta": 1000000.0, "sliding_window": null """) },
        { "Ministral-8B", 8_019_808_256, Json("mistral", 131072, 4096, 12288, 36, 32, 8, 32768, """ "head_dim": 128, "rope_theta": 100000000.0, "sliding_window": 32768 """) },
        { "Mistral-Small-22B", 22_247_282_688, Json("mistral", 32768, 6144, 16384, 56, 48, 8, 131072, """ "head_dim": 128, "rope_theta": 1000000.0, "sliding_window": null """) },
        { "Mistral-Small-24B", 23_572_403_200, Json("mistral", 131072, 5120, 32768, 40, 32, 8, 32768, """ "head_dim": 128, "rope_theta": 100000000.0, "sliding_window": null """) },
        { "Mistral-Large", 122_610_069_504, Json("mistral", 32768, 12288, 28672, 88, 96, 8, 131072, """ "head_dim": 128, "sliding_window": null """) },
        { "Qwen2-1.5B", 1_543_714_304, Json("qwen2", 151936, 1536, 8960, 28, 12, 2, 131072, """ "tie_word_embeddings": true, "use_sliding_window": false, "sliding_window": 131072, "max_window_layers": 28 """) },
        { "Qwen2.5-3B", 3_085_938_688, Json("qwen2", 151936, 2048, 11008, 36, 16, 2, 32768, """ "tie_word_embeddings": true, "sliding_window": 32768, "max_window_layers": 36 """) },
        { "Qwen2.5-7B", 7_615_616_512, Json("qwen2", 152064, 3584, 18944, 28, 28, 4, 131072, """ "rope_theta": 1000000.0, "use_mrope": false """) },
        { "Qwen2.5-14B-1M", 14_770_033_664, Json("qwen2", 152064, 5120, 13824, 48, 40, 8, 1010000, """ "rope_theta": 10000000.0, "max_window_layers": 48, "sliding_window": 1010000 """) },
        { "QwQ-32B", 32_763_876_352, Json("qwen2", 152064, 5120, 27648, 64, 40, 8, 40960, """ "rope_theta": 1000000.0, "sliding_window": 32768, "max_window_layers": 64 """) },
        { "DeepSeek-R1-Distill-Qwen-1.5B", 1_777_088_000, Json("qwen2", 151936, 1536, 8960, 28, 12, 2, 131072, """ "max_window_layers": 21, "sliding_window": 4096, "tie_word_embeddings": false """) },
        { "Qwen3-1.7B", 1_720_574_976, Json("qwen3", 151936, 2048, 6144, 28, 16, 8, 40960, """ "head_dim": 128, "tie_word_embeddings": true, "sliding_window": null, "max_window_layers": 28 """) },
        { "Qwen3-4B", 4_022_468_096, Json("qwen3", 151936, 2560, 9728, 36, 32, 8, 262144, """ "head_dim": 128, "tie_word_embeddings": true, "rope_theta": 5000000 """) },
        { "Qwen3-8B with YaRN", 8_190_735_360, Json("qwen3", 151936, 4096, 12288, 36, 32, 8, 131072, """ "head_dim": 128, "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768} """) },
        { "Qwen3-14B", 14_768_307_200, Json("qwen3", 151936, 5120, 17408, 40, 40, 8, 40960, """ "head_dim": 128 """) },
        { "gemma-7b", 8_537_680_896, Json("gemma", 256000, 3072, 24576, 28, 16, 16, 8192, """ "head_dim": 256, "hidden_act": "gelu", "hidden_activation": "gelu_pytorch_tanh" """) },
        { "gemma-2-2b", 2_614_341_888, Json("gemma2", 256000, 2304, 9216, 26, 8, 4, 8192, """ "head_dim": 256, "sliding_window": 4096, "cache_implementation": "hybrid", "query_pre_attn_scalar": 256 """) },
        { "gemma-3-4b, its text model", 3_880_263_168, Json("gemma3_text", 262208, 2560, 10240, 34, 8, 4, 131072, """ "head_dim": 256, "sliding_window": 1024, "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "rope_local_base_freq": 10000.0 """) },
        { "gemma-3-4b", 3_880_263_168, Whole(""" "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34, "sliding_window": 1024 """) },
        { "gemma-3-12b", 11_766_034_176, Whole(""" "hidden_size": 3840, "intermediate_size": 15360, "num_attention_heads": 16, "num_hidden_layers": 48, "num_key_value_heads": 8, "sliding_window": 1024 """) },
        { "gemma-3-27b", 27_009_346_304, Whole(""" "head_dim": 128, "hidden_size": 5376, "intermediate_size": 21504, "num_attention_heads": 32, "num_hidden_layers": 62, "num_key_value_heads": 16, "query_pre_attn_scalar": 168, "sliding_window": 1024 """) },
        { "Phi-3-medium", 13_960_238_080, Json("phi3", 32064, 5120, 17920, 40, 40, 10, 4096, """ "original_max_position_embeddings": 4096, "sliding_window": 2047, "embd_pdrop": 0.0 """) },
        { "Phi-3.5-mini", 3_821_079_552, Json("phi3", 32064, 3072, 8192, 32, 32, 32, 131072, $$""" "original_max_position_embeddings": 4096, "sliding_window": 262144, "rope_scaling": {"type": "longrope", "short_factor": [{{FortyEight}}], "long_factor": [{{FortyEight}}]} """) },
        { "Phi-4-mini with factors", 3_836_021_760, Json("phi3", 200064, 3072, 8192, 32, 24, 8, 131072, $$""" "partial_rotary_factor": 0.75, "tie_word_embeddings": true, "original_max_position_embeddings": 4096, "full_attn_mod": 1, "interpolate_factor": 1, "lm_head_bias": false, "sliding_window": 262144, "rope_scaling": {"type": "longrope", "short_factor": [{{FortyEight}}], "long_factor": [{{FortyEight}}]} """) },
        { "granite-3.0-8b", 8_170_848_256, Json("granite", 49155, 4096, 12800, 40, 32, 8, 4096, """ "attention_multiplier": 0.0078125, "embedding_multiplier": 12.0, "logits_scaling": 16.0, "residual_multiplier": 0.22, "tie_word_embeddings": true """) },
        { "granite-3.3-8b", 8_170_864_640, Json("granite", 49159, 4096, 12800, 40, 32, 8, 131072, """ "attention_multiplier": 0.0078125, "rope_theta": 10000000.0, "tie_word_embeddings": true """) },
        { "Mixtral-8x22B", 140_620_634_112, Json("mixtral", 32000, 6144, 16384, 56, 48, 8, 65536, """ "num_local_experts": 8, "num_experts_per_tok": 2, "rope_theta": 1000000, "sliding_window": null, "router_aux_loss_coef": 0.001 """) },
        { "Qwen1.5-MoE-A2.7B", 14_315_784_192, Json("qwen2_moe", 151936, 2048, 5632, 24, 16, 16, 8192, """ "moe_intermediate_size": 1408, "shared_expert_intermediate_size": 5632, "num_experts": 60, "num_experts_per_tok": 4, "norm_topk_prob": false, "sliding_window": 32768, "max_window_layers": 21, "decoder_sparse_step": 1 """) },
        { "Qwen3-30B-A3B, saved by transformers 5", 30_532_122_624, Json("qwen3_moe", 151936, 2048, 6144, 48, 32, 4, 262144, """ "head_dim": 128, "moe_intermediate_size": 768, "num_local_experts": 128, "num_experts_per_tok": 8, "norm_topk_prob": true, "mlp_only_layers": [], "dtype": "bfloat16", "rope_parameters": {"rope_theta": 10000000, "rope_type": "default"} """) },
        { "Qwen3-235B-A22B", 235_093_634_560, Json("qwen3_moe", 151936, 4096, 12288, 94, 64, 4, 40960, """ "head_dim": 128, "moe_intermediate_size": 1536, "num_experts": 128, "num_experts_per_tok": 8, "norm_topk_prob": true, "mlp_only_layers": [], "max_window_layers": 94 """) },
        { "Qwen3-Coder-480B-A35B", 480_154_875_392, Json("qwen3_moe", 151936, 6144, 8192, 62, 96, 8, 262144, """ "head_dim": 128, "moe_intermediate_size": 2560, "num_experts": 160, "num_experts_per_tok": 8, "norm_topk_prob": true, "shared_expert_intermediate_size": 0, "qkv_bias": false, "use_qk_norm": true """) },
        { "DeepSeek-V2", 235_741_434_880, Json("deepseek_v2", 102400, 5120, 12288, 60, 128, 128, 163840, """
            "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128, "n_routed_experts": 160, "n_shared_experts": 2,
            "num_experts_per_tok": 6, "moe_intermediate_size": 1536, "first_k_dense_replace": 1, "moe_layer_freq": 1, "topk_method": "group_limited_greedy", "n_group": 8, "topk_group": 3,
            "routed_scaling_factor": 16.0, "scoring_func": "softmax", "aux_loss_alpha": 0.001, "seq_aux": true, "ep_size": 1, "auto_map": {"AutoConfig": "configuration_deepseek.DeepseekV2Config"},
            "rope_scaling": {"beta_fast": 32, "beta_slow": 1, "factor": 40, "mscale": 0.707, "mscale_all_dim": 0.707, "original_max_position_embeddings": 4096, "type": "yarn"}
            """) },
        { "DeepSeek-R1", 671_026_419_200, Json("deepseek_v3", 129280, 7168, 18432, 61, 128, 128, 163840, LatentOfV3 + """
            , "n_routed_experts": 256, "first_k_dense_replace": 3, "n_group": 8, "topk_group": 4, "routed_scaling_factor": 2.5, "num_nextn_predict_layers": 1, "aux_loss_alpha": 0.001, "seq_aux": true,
            "quantization_config": {"activation_scheme": "dynamic", "fmt": "e4m3", "quant_method": "fp8", "weight_block_size": [128, 128]},
            "rope_scaling": {"beta_fast": 32, "beta_slow": 1, "factor": 40, "mscale": 1.0, "mscale_all_dim": 1.0, "original_max_position_embeddings": 4096, "type": "yarn"}
            """) },
        { "Kimi-K2", 1_026_408_232_448, Json("kimi_k2", 163840, 7168, 18432, 61, 64, 64, 131072, LatentOfV3 + """
            , "n_routed_experts": 384, "first_k_dense_replace": 1, "n_group": 1, "topk_group": 1, "routed_scaling_factor": 2.827, "num_nextn_predict_layers": 0, "rope_theta": 50000.0,
            "rope_scaling": {"beta_fast": 1.0, "beta_slow": 1.0, "factor": 32.0, "mscale": 1.0, "mscale_all_dim": 1.0, "original_max_position_embeddings": 4096, "type": "yarn"}
            """) },
        { "gpt-oss-20b", 20_914_757_184, Json("gpt_oss", 201088, 2880, 2880, 24, 64, 8, 131072, GptOss + """, "num_local_experts": 32 """) },
        { "gpt-oss-120b", 116_829_156_672, Json("gpt_oss", 201088, 2880, 2880, 36, 64, 8, 131072, GptOss + """, "num_local_experts": 128 """) },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Parse_PublishedModel_HasItsNumberOfWeights(string name, long parameters, string json)
        => Assert.Equal((name, parameters), (name, WeightPlan.Of(Parse(json)).Where(slot => slot.IsInNewModel).Sum(slot => slot.Elements)));

    [Fact]
    public void Parse_Gemma3WithoutLayerTypes_TurnsEverySixthLayerByTheGlobalRope()
    {
        var config = Parse(Json("gemma3_text", 262144, 1152, 6912, 26, 4, 1, 32768, """ "head_dim": 256, "sliding_window": 512, "rope_theta": 1000000, "rope_scaling": {"rope_type": "linear", "factor": 8.0} """));

        var everywhere = Enumerable.Range(0, 26).Where(layer => config.Layers[layer].Attention.Window is null);
        Assert.Equal([5, 11, 17, 23], everywhere);
        Assert.All(config.Layers, layer => Assert.Equal(
            layer.Attention.Window is null ? (1_000_000, RopeKind.Linear) : (10_000, RopeKind.Default), (layer.Attention.Rope!.Theta, layer.Attention.Rope.Kind)));
    }

    [Fact]
    public void Parse_Gemma3OfTextAndImages_HasItsTextModelsFieldsAndTheClasssOwn()
    {
        var config = Parse(Whole(""" "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34, "sliding_window": 1024 """));
        var global = Assert.IsType<GroupedQueryDescription>(config.Layers[5].Attention);

        Assert.True(config.IsTextPart);
        Assert.Equal((DType.BFloat16, true, 131072, 262208), (config.PublishedType, config.TiedEmbeddings, config.ContextLength, config.VocabularySize));
        Assert.Equal((8, 4, 256, 1.0 / 16), (global.Heads, global.KeyValueHeads, global.HeadSize, global.Scale));
        Assert.Equal((RopeKind.Linear, 8, 1_000_000, null), (global.Rope!.Kind, global.Rope.Factor, global.Rope.Theta, global.Window));
        Assert.Equal((RopeKind.Default, 10_000, 1024), (config.Layers[4].Attention.Rope!.Kind, config.Layers[4].Attention.Rope!.Theta, config.Layers[4].Attention.Window));
        Assert.Contains("text_config.hidden_size is missing", Assert.Throws<UserErrorException>(() => Parse(Whole(""" "num_hidden_layers": 2 """))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Gemma3WithRopeOfEachLayerType_ReadsBoth()
    {
        var config = Parse(Json("gemma3_text", 262144, 640, 2048, 2, 4, 1, 32768, """
            "head_dim": 256, "sliding_window": 512, "layer_types": ["sliding_attention", "full_attention"],
            "rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 4, "rope_theta": 2000000}, "sliding_attention": {"rope_type": "default", "rope_theta": 30000}}
            """));

        Assert.Equal((30_000, 512), (config.Layers[0].Attention.Rope!.Theta, config.Layers[0].Attention.Window));
        Assert.Equal((2_000_000, 4, null), (config.Layers[1].Attention.Rope!.Theta, config.Layers[1].Attention.Rope!.Factor, config.Layers[1].Attention.Window));
    }

    [Fact]
    public void Parse_SmolLm3_TakesItsListOverTheInterval()
    {
        var config = Parse(Json("smollm3", 320, 64, 96, 4, 4, 2, 256, """ "no_rope_layers": [1, 0, 1, 1] """));

        Assert.Equal([true, false, true, true], config.Layers.Select(layer => layer.Attention.Rope is not null));
    }

    [Fact]
    public void Parse_PhiWithFactors_StretchesByTheContextsRatio()
    {
        var config = Parse(Json("phi3", 320, 64, 96, 1, 8, 8, 131072, """
            "original_max_position_embeddings": 4096, "rope_scaling": {"type": "su", "short_factor": [1, 1, 1, 1], "long_factor": [2, 3, 4, 5]}
            """));
        var rope = config.Layers[0].Attention.Rope!;

        Assert.Equal((RopeKind.LongRope, 4096, 32), (rope.Kind, rope.TrainedLength, rope.Factor));
        Assert.Equal(Math.Sqrt(1 + (Math.Log(32) / Math.Log(4096))), rope.AttentionFactor, 1e-12);
    }

    [Theory]
    [InlineData("mistral", """ "x": 0 """, 4096)]
    [InlineData("mistral", """ "sliding_window": null """, null)]
    [InlineData("qwen3", """ "use_sliding_window": true, "max_window_layers": 0 """, 4096)]
    [InlineData("qwen3", """ "use_sliding_window": true, "max_window_layers": 0, "sliding_window": null """, null)]
    [InlineData("gemma2", """ "x": 0 """, 4096)]
    [InlineData("phi3", """ "x": 0 """, null)]
    public void Parse_WindowLeftOut_IsTheClasssOwnAndNullIsNone(string type, string more, int? window)
        => Assert.Equal(window, Parse(Json(type, 320, 64, 96, 2, 4, 2, 256, more)).Layers[0].Attention.Window);

    [Fact]
    public void Parse_WholeNumbersWithAPoint_AreWholeNumbers()
        => Assert.Equal(131072, Parse(Json("llama", 320, 64, 96, 2, 4, 2, 256, """ "x": 0 """).Replace("\"max_position_embeddings\": 256", "\"max_position_embeddings\": 131072.0", StringComparison.Ordinal)).ContextLength);

    [Fact]
    public void Parse_CapsLeftOut_AreTheClasssOwnAndNullIsNone()
    {
        var (absent, none) = (
            Parse(Json("gemma2", 320, 64, 96, 2, 4, 2, 256, """ "x": 0 """)),
            Parse(Json("gemma2", 320, 64, 96, 2, 4, 2, 256, """ "attn_logit_softcapping": null, "final_logit_softcapping": null """)));

        Assert.Equal((50, 30), (Assert.IsType<GroupedQueryDescription>(absent.Layers[0].Attention).SoftCap, absent.LogitSoftCap));
        Assert.Equal((null, null), (Assert.IsType<GroupedQueryDescription>(none.Layers[0].Attention).SoftCap, none.LogitSoftCap));
    }

    [Theory]
    [InlineData("phi3", 1e-5, 10_000)]
    [InlineData("smollm3", 1e-6, 2_000_000)]
    [InlineData("olmo2", 1e-5, 10_000)]
    [InlineData("llama", 1e-6, 10_000)]
    public void Parse_EpsilonAndThetaLeftOut_AreTheClasssOwn(string type, double epsilon, double theta)
    {
        var config = Parse(Json(type, 320, 64, 96, 2, 4, 2, 256, """ "x": 0 """));

        Assert.Equal((epsilon, theta), (config.NormEpsilon, config.Layers[0].Attention.Rope!.Theta));
    }

    [Theory]
    [InlineData("""{"model_type": "gemma3", "vision_config": {}}""", "text_config is missing beside vision_config")]
    [InlineData("""{"model_type": "gemma3", "text_config": {"model_type": "llama"}, "vision_config": {}}""", "text_config.model_type is 'llama'; expected gemma3_text")]
    [InlineData("""{"model_type": "gemma3_text", "use_bidirectional_attention": true}""", "from left to right")]
    [InlineData("""{"model_type": "starcoder2"}""", "'starcoder2' is not built")]
    [InlineData("""{"model_type": "phi4mm"}""", "The nearest is phi3")]
    [InlineData("""{"model_type": "qwen3_moe", "hidden_act": "gelu"}""", "of experts silu is built")]
    [InlineData("""{"model_type": "llama", "quantization_config": {"quant_method": "gptq", "bits": 4}}""", "quantised (gptq), which is not read; bitsandbytes in 4 bits, fp8 in blocks, mxfp4 are")]
    [InlineData("""{"model_type": "llama", "quantization_config": {"quant_method": "compressed-tensors"}}""", "quantised (compressed-tensors)")]
    [InlineData("""{"model_type": "llama", "quantization_config": {"quant_method": "bitsandbytes", "load_in_8bit": true}}""", "quantised (bitsandbytes in 8 bits)")]
    [InlineData("""{"model_type": "mistral", "quantization_config": {"quant_method": "fp8", "activation_scheme": "static"}}""", "quantised (fp8 with one scale for each weight)")]
    [InlineData("""{"model_type": "qwen2", "layer_types": ["linear_attention"], "use_sliding_window": true, "sliding_window": 5}""", "layer_types has 'linear_attention'")]
    public void Parse_ModelThatIsNotBuilt_SaysWhy(string json, string expected)
        => Assert.Contains(expected, Assert.Throws<UserErrorException>(() => Parse(json)).Message, StringComparison.Ordinal);

    private static ModelConfig Parse(string json) => ModelConfigFile.Parse(Encoding.UTF8.GetBytes(json), "config.json");

    private static string Whole(string text)
        => $$"""
            {"architectures": ["Gemma3ForConditionalGeneration"], "model_type": "gemma3", "boi_token_index": 255999, "eoi_token_index": 256000, "eos_token_id": [1, 106], "image_token_index": 262144,
             "initializer_range": 0.02, "mm_tokens_per_image": 256, "torch_dtype": "bfloat16", "vision_config": {"hidden_size": 1152, "model_type": "siglip_vision_model", "vision_use_head": false},
             "text_config": {"model_type": "gemma3_text", "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, {{text}} } }
            """;

    private static string Json(string type, int vocabulary, int hidden, int intermediate, int layers, int heads, int keyValueHeads, int context, string more)
        => $$"""
            {"model_type": "{{type}}", "vocab_size": {{vocabulary}}, "hidden_size": {{hidden}}, "intermediate_size": {{intermediate}}, "num_hidden_layers": {{layers}},
             "num_attention_heads": {{heads}}, "num_key_value_heads": {{keyValueHeads}}, "max_position_embeddings": {{context}}, {{more}} }
            """;
}
