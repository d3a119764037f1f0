using System.Text.Json;
using System.Text.Json.Nodes;

namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>Draws configurations: awkward sizes, every option of a family, both styles of files, fields left out where the class's default is meant.</summary>
internal sealed class DrawnConfigs
{
    private readonly Random _random;
    private readonly string _variant;
    private readonly JsonObject _config = [];
    private int _heads;
    private int _headSize;

    private DrawnConfigs(string variant, int seed)
    {
        _variant = variant;
        _random = new Random((seed * 7919) + variant.Sum(letter => letter));
    }

    /// <summary>Every family, some in several kinds.</summary>
    public static IReadOnlyList<string> Variants { get; } =
    [
        "deepseek_v2", "deepseek_v2:lite", "deepseek_v3", "gemma", "gemma2", "gemma3_text", "gpt_oss", "granite", "kimi_k2", "llama", "llama:dynamic", "llama:linear", "llama:llama3",
        "mistral", "mixtral", "olmo2", "phi3", "phi3:longrope", "qwen2", "qwen2_moe", "qwen3", "qwen3:yarn", "qwen3_moe", "smollm3",
    ];

    private string Type => _variant.Split(':')[0];

    /// <summary>Draws one.</summary>
    public static JsonObject Draw(string variant, int seed) => new DrawnConfigs(variant, seed).Draw();

    /// <summary>Gives a drawn configuration other widths.</summary>
    /// <param name="config">Changed in place.</param>
    /// <param name="hidden">Of the stream.</param>
    /// <param name="inner">Of the feed-forward parts; experts are half as wide where they have a width of their own.</param>
    public static void Resize(JsonObject config, int hidden, int inner)
    {
        if (!config.ContainsKey("qk_rope_head_dim"))
        {
            config["head_dim"] ??= config["hidden_size"]!.GetValue<int>() / config["num_attention_heads"]!.GetValue<int>();
        }

        (config["hidden_size"], config["intermediate_size"]) = (hidden, inner);
        if (config.ContainsKey("moe_intermediate_size"))
        {
            config["moe_intermediate_size"] = (inner + 1) / 2;
        }
    }

    private JsonObject Draw()
    {
        _config["model_type"] = Type;
        Sizes();
        Options();
        if (Type is "deepseek_v2" or "deepseek_v3" or "kimi_k2")
        {
            DeepSeek();
        }
        else if (Type is "mixtral" or "gpt_oss" or "qwen2_moe" or "qwen3_moe")
        {
            Mixture();
        }

        Windows();
        Rope();
        Strangers();
        return _config;
    }

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    private bool Coin(int sides = 2) => _random.Next(sides) == 0;

    private void Set(string name, object? value) => _config[name] = value is null ? null : JsonSerializer.SerializeToNode(value);

    private void Maybe(string name, object? value)
    {
        if (Coin())
        {
            Set(name, value);
        }
    }

    private void Sizes()
    {
        _heads = Pick(1, 2, 3, 4, 6);
        var groups = Pick<int>([.. Enumerable.Range(1, _heads).Where(count => _heads % count == 0)]);
        _headSize = Pick(4, 6, 10, 14, 16, 18, 24, 34);
        var ownsHeadSize = Type is "gemma" or "gemma2" or "gemma3_text" or "qwen3" or "gpt_oss" || (Type is not "phi3" && Coin());
        Set("hidden_size", ownsHeadSize || Type.StartsWith("deepseek", StringComparison.Ordinal) || Type == "kimi_k2" ? Pick(17, 20, 33, 37, 45, 50, 64, 70) : _heads * _headSize);
        Set("num_attention_heads", _heads);
        if (ownsHeadSize)
        {
            Set("head_dim", _headSize);
        }
        else if (Type is "llama" or "mistral" or "mixtral" && Coin())
        {
            Set("head_dim", null);
        }

        // Left out, it is the number of heads in some classes, and a number in others.
        if (groups != _heads || Type is not ("llama" or "phi3" or "granite" or "olmo2") || Coin())
        {
            Set("num_key_value_heads", groups);
        }

        Set("vocab_size", Pick(101, 333, 517));
        Set("num_hidden_layers", Pick(1, 2, 3, 5));
        Set("intermediate_size", Pick(1, 7, 13, 29, 51, 65, 96, 130));
        if (_variant is "llama:dynamic")
        {
            Set("max_position_embeddings", Pick(7, 12));
        }
        else
        {
            Maybe("max_position_embeddings", Pick(128, 256, 4096));
        }
    }

    private void Options()
    {
        Maybe("rms_norm_eps", Pick(1e-6, 1e-5, 1e-3));
        Maybe("tie_word_embeddings", Coin());
        if (Type is "llama" or "gpt_oss" or "granite" or "smollm3" or "qwen3" or "qwen3_moe" or "olmo2" or "gemma" or "gemma2" or "gemma3_text" or "deepseek_v2" or "deepseek_v3")
        {
            Maybe("attention_bias", Coin());
        }

        if (Type is "llama" or "granite" or "smollm3")
        {
            Maybe("mlp_bias", Coin());
        }

        if (Type.StartsWith("gemma", StringComparison.Ordinal))
        {
            Maybe("hidden_activation", Pick("gelu_pytorch_tanh", "gelu"));
        }
        else
        {
            Maybe("hidden_act", Type is "llama" or "granite" or "smollm3" or "phi3" or "mistral" ? Pick("silu", "gelu", "gelu_new") : "silu");
        }

        if (Type is "gemma2" or "gemma3_text")
        {
            Maybe("query_pre_attn_scalar", Pick(7, 32));
            Maybe("attn_logit_softcapping", Type == "gemma2" ? Pick<object?>(1.5, 50.0, null) : null);
            Maybe("final_logit_softcapping", Type == "gemma2" ? Pick<object?>(2.5, 30.0, null) : null);
        }
        else if (Type == "granite")
        {
            Maybe("embedding_multiplier", 3.5);
            Maybe("logits_scaling", 2.5);
            Maybe("residual_multiplier", 0.4);
            Maybe("attention_multiplier", 0.17);
        }
    }

    private void DeepSeek()
    {
        var (experts, isFirst) = (Pick(2, 4, 6, 8), Type == "deepseek_v2");
        Set("qk_nope_head_dim", Pick(3, 6, 16));
        Set("qk_rope_head_dim", Pick(2, 4, 8));
        Set("v_head_dim", Pick(5, 12, 16));
        Set("kv_lora_rank", Pick(7, 24));
        Set("q_lora_rank", Pick<object?>(null, 9, 20));
        Set("moe_intermediate_size", Pick(1, 11, 32));
        Set("n_routed_experts", experts);
        Set("n_shared_experts", Pick(1, 2, 3));
        Set("first_k_dense_replace", Pick(0, 1, 2));
        Maybe("moe_layer_freq", Pick(1, 2));
        Maybe("norm_topk_prob", !isFirst || Coin());
        Set("routed_scaling_factor", Pick(1.0, 1.7));
        var groups = Pick<int>([.. Enumerable.Range(1, experts).Where(count => experts % count == 0 && (isFirst || experts / count > 1))]);
        var kept = _random.Next(1, groups + 1);
        if (isFirst)
        {
            Set("topk_method", _variant == "deepseek_v2" ? "group_limited_greedy" : "greedy");
        }

        (groups, kept) = _variant is "kimi_k2" or "deepseek_v2:lite" ? (1, 1) : (groups, kept);
        Set("n_group", groups);
        Set("topk_group", kept);
        Set("num_experts_per_tok", _random.Next(1, (kept * (experts / groups)) + 1));
    }

    private void Mixture()
    {
        var experts = Pick(1, 2, 3, 5, 8);
        Set(Type is "mixtral" or "gpt_oss" ? "num_local_experts" : Pick("num_experts", "num_experts", "num_local_experts"), experts);
        Set("num_experts_per_tok", _random.Next(1, experts + 1));
        if (Type == "gpt_oss")
        {
            Maybe("swiglu_limit", Pick(0.8, 7.0));
            Maybe("swiglu_alpha", Pick(1.702, 1.2));
        }
        else if (Type != "mixtral")
        {
            Set("moe_intermediate_size", Pick(1, 11, 32));
            Maybe("norm_topk_prob", Coin());
            Maybe("decoder_sparse_step", Pick(1, 2));
            Maybe("mlp_only_layers", Pick<int[]>([], [0], [1, 2]));
            if (Type == "qwen2_moe")
            {
                Set("shared_expert_intermediate_size", Pick(1, 9, 40));
            }
        }
    }

    private void Windows()
    {
        var (layers, window) = (_config["num_hidden_layers"]!.GetValue<int>(), Pick(1, 2, 5, 9));
        string[] types = [.. Enumerable.Range(0, layers).Select(_ => Pick("full_attention", "sliding_attention"))];
        switch (Type)
        {
            case "mistral" or "mixtral" or "phi3":
                Maybe("sliding_window", Pick<object?>(null, window));
                break;
            case "qwen2" or "qwen3" or "qwen2_moe" or "qwen3_moe" or "smollm3":
                Maybe("use_sliding_window", Coin());
                Maybe("sliding_window", window);
                Maybe("max_window_layers", Pick(0, 1, 2));
                break;
            case "gemma2" or "gpt_oss" or "gemma3_text":
                Maybe("sliding_window", window);
                break;
            default:
                return;
        }

        if (Type is "qwen2" or "qwen3" or "gemma2" or "gpt_oss" or "gemma3_text")
        {
            Maybe("layer_types", types);
        }

        if (Type == "gemma3_text" && !_config.ContainsKey("layer_types"))
        {
            Set(Pick("sliding_window_pattern", "_sliding_window_pattern"), Pick(2, 3, 6));
        }

        if (Type == "smollm3")
        {
            Maybe("no_rope_layers", Enumerable.Range(0, layers).Select(_ => _random.Next(2)));
            Maybe("no_rope_layer_interval", Pick(2, 3));
        }
    }

    private void Rope()
    {
        var isLatent = _config.ContainsKey("qk_rope_head_dim");
        double? theta = Pick<double?>(null, 100, 10_000, 500_000);
        JsonObject? scaling = _variant switch
        {
            "llama:linear" => new() { ["rope_type"] = "linear", ["factor"] = 2.5 },
            "llama:dynamic" => new() { ["type"] = "dynamic", ["factor"] = 3.0 },
            "llama:llama3" => new() { ["rope_type"] = "llama3", ["factor"] = 8.0, ["low_freq_factor"] = 1.0, ["high_freq_factor"] = 4.0, ["original_max_position_embeddings"] = 48 },
            "qwen3:yarn" => Yarn(),
            "deepseek_v2" or "deepseek_v3" or "kimi_k2" => Coin(3) ? null : Latent(),
            "gpt_oss" => Coin(3) ? null : Yarn(),
            "gemma3_text" when Coin() => new() { ["rope_type"] = "linear", ["factor"] = 8.0 },
            "phi3:longrope" => LongRope(),
            _ => null,
        };
        if (isLatent && Type != "deepseek_v2")
        {
            Maybe("rope_interleave", Coin());
        }

        if (Type == "gemma3_text" && Coin())
        {
            // The newer style has an object for each type of layer.
            var everywhere = scaling ?? new JsonObject { ["rope_type"] = "default" };
            everywhere["rope_theta"] = theta ?? 1_000_000;
            Set("rope_parameters", new JsonObject { ["full_attention"] = everywhere, ["sliding_attention"] = new JsonObject { ["rope_type"] = "default", ["rope_theta"] = Pick(50, 10_000) } });
            return;
        }

        if (Type == "gemma3_text")
        {
            Maybe("rope_local_base_freq", Pick(50, 10_000));
        }

        if (Coin() && (scaling is not null || theta is not null))
        {
            scaling ??= new JsonObject { ["rope_type"] = "default" };
            if (theta is not null)
            {
                scaling["rope_theta"] = theta;
            }

            Set("rope_parameters", scaling);
            return;
        }

        if (theta is not null)
        {
            Set("rope_theta", theta);
        }

        if (scaling is not null || Coin())
        {
            // gpt-oss without a scaling is drawn by leaving its default out.
            if (scaling is not null || Type != "gpt_oss")
            {
                Set("rope_scaling", scaling);
            }
        }
    }

    private JsonObject Yarn()
    {
        var yarn = new JsonObject { ["rope_type"] = "yarn", ["factor"] = Pick(4.0, 2.5), ["original_max_position_embeddings"] = Pick(32, 64) };
        if (Coin())
        {
            (yarn["beta_fast"], yarn["beta_slow"], yarn["truncate"]) = (Pick(32.0, 8.0), Pick(1, 2), Coin());
        }

        return yarn;
    }

    private JsonObject Latent()
    {
        var yarn = Yarn();
        if (Coin())
        {
            (yarn["mscale"], yarn["mscale_all_dim"]) = (Pick(1.0, 0.707), Pick(1.0, 0.707));
        }

        return yarn;
    }

    private JsonObject LongRope()
    {
        var turning = _headSize;
        if (_headSize % 8 == 0 && Coin())
        {
            Set("partial_rotary_factor", 0.75);
            turning = _headSize * 3 / 4;
        }

        Set("max_position_embeddings", 256);
        Set("original_max_position_embeddings", Pick(8, 32));
        double[] Factors(double most) => [.. Enumerable.Range(0, turning / 2).Select(pair => 1 + (most * pair / turning))];
        return new() { ["type"] = Pick("longrope", "su"), ["short_factor"] = JsonSerializer.SerializeToNode(Factors(0.7)), ["long_factor"] = JsonSerializer.SerializeToNode(Factors(9)) };
    }

    // What files have besides, and what they lack.
    private void Strangers()
    {
        Maybe("architectures", new[] { "SomethingForCausalLM" });
        Maybe("auto_map", new JsonObject { ["AutoModelForCausalLM"] = "modeling_something.SomethingForCausalLM" });
        Maybe("transformers_version", "4.99.0.dev0");
        Maybe("torch_dtype", Pick("bfloat16", "float32", "auto"));
        Maybe("dtype", "float32");
        Maybe("eos_token_id", new[] { 1, 2, 3 });
        Maybe("pad_token_id", null);
        Maybe("use_cache", false);
        Maybe("attention_dropout", 0.0);
        Maybe("id2label", new JsonObject { ["0"] = "LABEL_0" });
        Maybe("a_field_of_tomorrow", new JsonObject { ["deep"] = new JsonArray(1, null, "x") });
        if (Type is "deepseek_v3" or "kimi_k2")
        {
            Maybe("num_nextn_predict_layers", 1);
        }
    }
}
