using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Models;

/// <summary>Configurations of published models: their shapes must add up to the numbers of weights that their cards state.</summary>
public sealed class PublishedConfigTests
{
    private const string Llama3Rope = """ "rope_theta": 500000.0, "rope_scaling": {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192, "rope_type": "llama3"} """;

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
    [InlineData("""{"model_type": "gemma3", "text_config": {"hidden_size": 2560}, "vision_config": {}}""", "model of text and images")]
    [InlineData("""{"model_type": "gemma3_text", "use_bidirectional_attention": true}""", "from left to right")]
    [InlineData("""{"model_type": "starcoder2"}""", "'starcoder2' is not built")]
    [InlineData("""{"model_type": "phi4mm"}""", "The nearest is phi3")]
    [InlineData("""{"model_type": "qwen2", "layer_types": ["linear_attention"], "use_sliding_window": true, "sliding_window": 5}""", "layer_types has 'linear_attention'")]
    public void Parse_ModelThatIsNotBuilt_SaysWhy(string json, string expected)
        => Assert.Contains(expected, Assert.Throws<UserErrorException>(() => Parse(json)).Message, StringComparison.Ordinal);

    private static ModelConfig Parse(string json) => ModelConfigFile.Parse(Encoding.UTF8.GetBytes(json), "config.json");

    private static string Json(string type, int vocabulary, int hidden, int intermediate, int layers, int heads, int keyValueHeads, int context, string more)
        => $$"""
            {"model_type": "{{type}}", "vocab_size": {{vocabulary}}, "hidden_size": {{hidden}}, "intermediate_size": {{intermediate}}, "num_hidden_layers": {{layers}},
             "num_attention_heads": {{heads}}, "num_key_value_heads": {{keyValueHeads}}, "max_position_embeddings": {{context}}, {{more}} }
            """;
}
