using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Models;

/// <summary>Configurations with the numbers of published mixtures: as many weights, in all and for a token, as their authors say.</summary>
public sealed class PublishedShapeTests
{
    private const string DeepSeekV3 =
        """
        {
          "model_type": "deepseek_v3", "vocab_size": 129280, "hidden_size": 7168, "intermediate_size": 18432, "moe_intermediate_size": 2048,
          "num_hidden_layers": 61, "num_attention_heads": 128, "num_key_value_heads": 128, "n_shared_experts": 1, "n_routed_experts": 256,
          "routed_scaling_factor": 2.5, "kv_lora_rank": 512, "q_lora_rank": 1536, "qk_rope_head_dim": 64, "v_head_dim": 128, "qk_nope_head_dim": 128,
          "topk_method": "noaux_tc", "n_group": 8, "topk_group": 4, "num_experts_per_tok": 8, "moe_layer_freq": 1, "first_k_dense_replace": 3,
          "norm_topk_prob": true, "scoring_func": "sigmoid", "hidden_act": "silu", "max_position_embeddings": 163840, "rms_norm_eps": 1e-6,
          "rope_theta": 10000, "tie_word_embeddings": false, "attention_bias": false, "num_nextn_predict_layers": 1,
          "rope_scaling": { "type": "yarn", "factor": 40, "beta_fast": 32, "beta_slow": 1, "mscale": 1.0, "mscale_all_dim": 1.0, "original_max_position_embeddings": 4096 }
        }
        """;

    private const string KimiK2 =
        """
        {
          "model_type": "kimi_k2", "vocab_size": 163840, "hidden_size": 7168, "intermediate_size": 18432, "moe_intermediate_size": 2048,
          "num_hidden_layers": 61, "num_attention_heads": 64, "num_key_value_heads": 64, "n_shared_experts": 1, "n_routed_experts": 384,
          "routed_scaling_factor": 2.827, "kv_lora_rank": 512, "q_lora_rank": 1536, "qk_rope_head_dim": 64, "v_head_dim": 128, "qk_nope_head_dim": 128,
          "topk_method": "noaux_tc", "n_group": 1, "topk_group": 1, "num_experts_per_tok": 8, "moe_layer_freq": 1, "first_k_dense_replace": 1,
          "norm_topk_prob": true, "scoring_func": "sigmoid", "hidden_act": "silu", "max_position_embeddings": 131072, "rms_norm_eps": 1e-6,
          "rope_theta": 50000, "tie_word_embeddings": false,
          "rope_scaling": { "type": "yarn", "factor": 32, "beta_fast": 1, "beta_slow": 1, "mscale": 1.0, "mscale_all_dim": 1.0, "original_max_position_embeddings": 4096 }
        }
        """;

    private const string DeepSeekV2Lite =
        """
        {
          "model_type": "deepseek_v2", "vocab_size": 102400, "hidden_size": 2048, "intermediate_size": 10944, "moe_intermediate_size": 1408,
          "num_hidden_layers": 27, "num_attention_heads": 16, "num_key_value_heads": 16, "n_shared_experts": 2, "n_routed_experts": 64,
          "routed_scaling_factor": 1.0, "kv_lora_rank": 512, "q_lora_rank": null, "qk_rope_head_dim": 64, "v_head_dim": 128, "qk_nope_head_dim": 128,
          "topk_method": "greedy", "n_group": 1, "topk_group": 1, "num_experts_per_tok": 6, "moe_layer_freq": 1, "first_k_dense_replace": 1,
          "norm_topk_prob": false, "scoring_func": "softmax", "hidden_act": "silu", "max_position_embeddings": 163840, "rms_norm_eps": 1e-6,
          "rope_theta": 10000, "tie_word_embeddings": false
        }
        """;

    private const string Qwen3Large =
        """
        {
          "model_type": "qwen3_moe", "vocab_size": 151936, "hidden_size": 2048, "intermediate_size": 6144, "moe_intermediate_size": 768,
          "num_hidden_layers": 48, "num_attention_heads": 32, "num_key_value_heads": 4, "head_dim": 128, "num_experts": 128, "num_experts_per_tok": 8,
          "norm_topk_prob": true, "decoder_sparse_step": 1, "mlp_only_layers": [], "hidden_act": "silu", "max_position_embeddings": 40960,
          "rms_norm_eps": 1e-6, "rope_theta": 1000000.0, "tie_word_embeddings": false, "attention_bias": false
        }
        """;

    private const string Mixtral =
        """
        {
          "model_type": "mixtral", "vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
          "num_attention_heads": 32, "num_key_value_heads": 8, "num_local_experts": 8, "num_experts_per_tok": 2, "hidden_act": "silu",
          "max_position_embeddings": 32768, "rms_norm_eps": 1e-5, "rope_theta": 1000000.0, "tie_word_embeddings": false
        }
        """;

    private const string GptOss =
        """
        {
          "model_type": "gpt_oss", "vocab_size": 201088, "hidden_size": 2880, "intermediate_size": 2880, "num_hidden_layers": 24,
          "num_attention_heads": 64, "num_key_value_heads": 8, "head_dim": 64, "num_local_experts": 32, "num_experts_per_tok": 4, "swiglu_limit": 7.0,
          "sliding_window": 128, "attention_bias": true, "hidden_act": "silu", "max_position_embeddings": 131072, "rms_norm_eps": 1e-5,
          "rope_theta": 150000, "tie_word_embeddings": false,
          "rope_scaling": { "rope_type": "yarn", "factor": 32.0, "beta_fast": 32.0, "beta_slow": 1.0, "original_max_position_embeddings": 4096, "truncate": false }
        }
        """;

    [Theory]
    [InlineData(DeepSeekV3, 671.0, 37.5, 61 * 576)]
    [InlineData(KimiK2, 1026.4, 32.9, 61 * 576)]
    [InlineData(DeepSeekV2Lite, 15.7, 2.7, 27 * 576)]
    [InlineData(Qwen3Large, 30.5, 3.35, 48 * 1024)]
    [InlineData(Mixtral, 46.7, 12.9, 32 * 2048)]
    [InlineData(GptOss, 20.9, 3.6 + 0.58, 24 * 1024)]   // its authors count the embedding in all, not for a token
    public void Parse_PublishedMixture_HasItsAuthorsNumbers(string json, double billions, double active, long cached)
    {
        var config = ModelConfigFile.Parse(Encoding.UTF8.GetBytes(json), "config.json");

        var all = WeightPlan.Of(config).Where(slot => !slot.IsOptional).Sum(slot => slot.Elements);

        Assert.Equal(billions, all / 1e9, 0.06);
        Assert.Equal(active, (all - config.IdleParameters) / 1e9, 0.06 + (active * 0.02));
        Assert.Equal(cached, config.Layers.Sum(layer => layer.Attention.Cache.Elements));
    }

    [Fact]
    public void Parse_DeepSeekV3_SharpensItsScores()
    {
        var config = ModelConfigFile.Parse(Encoding.UTF8.GetBytes(DeepSeekV3), "config.json");

        var attention = Assert.IsType<LatentDescription>(config.Layers[0].Attention);

        Assert.Equal(.13523378, attention.Scale, 1e-7);
        Assert.Equal(1, attention.Rope!.AttentionFactor, 1e-12);
    }

    [Theory]
    [InlineData("\"n_group\": 8", "\"n_group\": 7", "n_group is 7, which does not divide the 256 experts")]
    [InlineData("\"topk_group\": 4", "\"topk_group\": 9", "topk_group is 9 of 8 groups")]
    [InlineData("\"num_experts_per_tok\": 8", "\"num_experts_per_tok\": 300", "is 300, but there are only 256 experts")]
    [InlineData("\"scoring_func\": \"sigmoid\"", "\"scoring_func\": \"softplus\"", "scoring_func is 'softplus'; sigmoid is built")]
    [InlineData("\"topk_method\": \"noaux_tc\"", "\"topk_method\": \"greedy\"", "topk_method is 'greedy'")]
    public void Parse_ImpossibleRouter_NamesTheField(string sought, string replacement, string expected)
    {
        Assert.Contains(sought, DeepSeekV3, StringComparison.Ordinal);
        var json = DeepSeekV3.Replace(sought, replacement, StringComparison.Ordinal);

        var exception = Assert.Throws<UserErrorException>(() => ModelConfigFile.Parse(Encoding.UTF8.GetBytes(json), "config.json"));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_Mixture_TellsWhatATokenPassesThrough()
    {
        var description = ModelFolder.Inspect(SharedData.Golden("models", "mixtral"));

        Assert.Equal(4, description.Experts);
        Assert.Equal(2 * 2 * 3 * 48 * 64, description.Parameters - description.ActiveParameters);
        Assert.Equal(2 * 2 * 2 * 16, description.CacheElements);
    }
}
