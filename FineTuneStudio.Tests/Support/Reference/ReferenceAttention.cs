namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>Attention, one query, one head and one key at a time.</summary>
internal static class ReferenceAttention
{
    /// <summary>A layer's attention over one whole sequence.</summary>
    public static double[][] Apply(ReferenceLayer layer, double[][] x)
        => layer.Config.Has("kv_lora_rank") ? Latent(layer, x) : Grouped(layer, x);

    /// <summary>Tokens that a layer's queries see, themselves included; <see langword="null"/> sees all.</summary>
    public static int? Window(ReferenceConfig config, int layer)
    {
        bool Slides(bool rule) => config.List("layer_types") is { } types ? types[layer]!.GetValue<string>() == "sliding_attention" : rule;
        var pattern = config.Has("_sliding_window_pattern") ? config.Int("_sliding_window_pattern") : config.Int("sliding_window_pattern");
        var slides = config.Has("sliding_window") && config.Type switch
        {
            "mistral" or "mixtral" or "phi3" => true,
            "qwen2" or "qwen3" => config.Flag("use_sliding_window") && Slides(layer >= config.Int("max_window_layers")),
            "qwen2_moe" => config.Flag("use_sliding_window") && Slides(layer % 2 == 0 && layer < config.Int("max_window_layers")),
            "qwen3_moe" => config.Flag("use_sliding_window"),
            "gemma2" or "gpt_oss" => Slides(layer % 2 == 0),
            "gemma3_text" => Slides((layer + 1) % pattern != 0),
            "smollm3" => config.Flag("use_sliding_window") && Slides(!HasRope(config, layer)),
            _ => false,
        };
        return slides ? config.Int("sliding_window") : null;
    }

    private static bool HasRope(ReferenceConfig config, int layer)
        => config.Type != "smollm3" || (config.List("no_rope_layers") is { } listed ? listed[layer]!.GetValue<int>() != 0 : (layer + 1) % config.Int("no_rope_layer_interval") != 0);

    private static double[][] Grouped(ReferenceLayer layer, double[][] x)
    {
        var (config, type) = (layer.Config, layer.Config.Type);
        var heads = config.Int("num_attention_heads");
        var groups = config.Int("num_key_value_heads", heads);
        var size = config.Has("head_dim") ? config.Int("head_dim") : layer.Width / heads;
        var bias = type switch
        {
            "qwen2" or "qwen2_moe" => true,
            "gpt_oss" => !config.Has("attention_bias") || config.Flag("attention_bias"),
            _ => config.Flag("attention_bias"),
        };
        double[][] q, k, v;
        if (type == "phi3")
        {
            var all = layer.Linear("self_attn.qkv_proj", x, (heads + (2 * groups)) * size, bias);
            var (first, second) = (heads * size, (heads + groups) * size);
            (q, k, v) = (Array.ConvertAll(all, token => token[..first]), Array.ConvertAll(all, token => token[first..second]), Array.ConvertAll(all, token => token[second..]));
        }
        else
        {
            (q, k, v) = (
                layer.Linear("self_attn.q_proj", x, heads * size, bias), layer.Linear("self_attn.k_proj", x, groups * size, bias), layer.Linear("self_attn.v_proj", x, groups * size, bias));
        }

        if (type == "olmo2")
        {
            (q, k) = (layer.Norm("self_attn.q_norm", q), layer.Norm("self_attn.k_norm", k));
        }

        var (queries, keys, values) = (Heads(q, size), Heads(k, size), Heads(v, size));
        if (type is "qwen3" or "qwen3_moe" or "gemma3_text")
        {
            queries = Array.ConvertAll(queries, token => layer.Norm("self_attn.q_norm", token));
            keys = Array.ConvertAll(keys, token => layer.Norm("self_attn.k_norm", token));
        }

        var window = Window(config, layer.Index);
        if (HasRope(config, layer.Index))
        {
            var rope = Rope(config, size, x.Length, isNearby: window is not null);
            foreach (var (position, token) in queries.Index().Concat(keys.Index()))
            {
                Array.ForEach(token, head => rope.Turn(head, 0, position));
            }
        }

        var scale = type switch
        {
            "gemma2" or "gemma3_text" => Math.Pow(config.Number("query_pre_attn_scalar"), -0.5),
            "granite" => config.Number("attention_multiplier"),
            _ => Math.Pow(size, -0.5),
        };
        double? cap = config.Has("attn_logit_softcapping") ? config.Number("attn_logit_softcapping") : null;
        var sinks = type == "gpt_oss" ? layer.Get("self_attn.sinks", WeightRole.Offset, heads) : null;
        var attended = Attend(queries, keys, values, scale, window, cap, sinks);
        return layer.Linear("self_attn.o_proj", attended, layer.Width, bias && type is not ("qwen2" or "qwen2_moe"));
    }

    private static ReferenceRope Rope(ReferenceConfig config, int size, int length, bool isNearby)
    {
        if (config.Type != "gemma3_text")
        {
            return ReferenceRope.Of(config, size, length);
        }

        var type = isNearby ? "sliding_attention" : "full_attention";
        return isNearby && config.Object("rope_parameters")?[type] is null
            ? new ReferenceRope(ReferenceRope.Plain(config.Number("rope_local_base_freq"), size), 1)
            : ReferenceRope.Of(config, size, length, type);
    }

    private static double[][] Latent(ReferenceLayer layer, double[][] x)
    {
        // Their norms have this, whatever the configuration says of the others.
        const double epsilon = 1e-6;
        var config = layer.Config;
        var (heads, rank, bias) = (config.Int("num_attention_heads"), config.Int("kv_lora_rank"), config.Flag("attention_bias"));
        var (plain, turning, own) = (config.Int("qk_nope_head_dim"), config.Int("qk_rope_head_dim"), config.Int("v_head_dim"));
        var q = config.Has("q_lora_rank")
            ? layer.Linear("self_attn.q_b_proj", layer.Norm("self_attn.q_a_layernorm", layer.Linear("self_attn.q_a_proj", x, config.Int("q_lora_rank"), bias), epsilon), heads * (plain + turning))
            : layer.Linear("self_attn.q_proj", x, heads * (plain + turning));
        var down = layer.Linear("self_attn.kv_a_proj_with_mqa", x, rank + turning, bias);
        var latent = layer.Norm("self_attn.kv_a_layernorm", Array.ConvertAll(down, token => token[..rank]), epsilon);
        var up = Heads(layer.Linear("self_attn.kv_b_proj", latent, heads * (plain + own)), plain + own);
        var (queries, rope) = (Heads(q, plain + turning), ReferenceRope.Of(config, turning, x.Length));
        var neighbours = !config.Has("rope_interleave") || config.Flag("rope_interleave");
        var keys = new double[x.Length][][];
        for (var position = 0; position < x.Length; position++)
        {
            var shared = down[position][rank..];
            rope.Turn(shared, 0, position, neighbours);
            Array.ForEach(queries[position], head => rope.Turn(head, plain, position, neighbours));
            keys[position] = Array.ConvertAll(up[position], head => (double[])[.. head[..plain], .. shared]);
        }

        var scaling = config.Object("rope_parameters") ?? config.Object("rope_scaling");
        var sharpness = ReferenceConfig.NumberOf(scaling?["mscale_all_dim"]) is { } weight ? ReferenceRope.Scale(ReferenceConfig.NumberOf(scaling!["factor"])!.Value, weight) : 1;
        var values = Array.ConvertAll(up, token => Array.ConvertAll(token, head => head[plain..]));
        var attended = Attend(queries, keys, values, sharpness * sharpness / Math.Sqrt(plain + turning), window: null, cap: null, sinks: null);
        return layer.Linear("self_attn.o_proj", attended, layer.Width, bias);
    }

    // Tokens' rows cut into heads.
    private static double[][][] Heads(double[][] x, int size) => Array.ConvertAll(x, token => token.Chunk(size).ToArray());

    private static double[][] Attend(double[][][] queries, double[][][] keys, double[][][] values, double scale, int? window, double? cap, double[]? sinks)
    {
        var (heads, groups) = (queries[0].Length, keys[0].Length);
        return [.. queries.Select((token, position) => Enumerable.Range(0, heads).SelectMany(head =>
        {
            var group = head / (heads / groups);
            var first = window is { } width ? Math.Max(0, position - width + 1) : 0;
            var scores = new List<double>();
            for (var key = first; key <= position; key++)
            {
                var score = scale * ReferenceMath.Product(token[head], keys[key][group])[0];
                scores.Add(cap is { } bound ? bound * Math.Tanh(score / bound) : score);
            }

            if (sinks is not null)
            {
                scores.Add(sinks[head]);
            }

            var shares = ReferenceMath.Softmax(scores);
            var mixed = new double[values[0][0].Length];
            for (var key = first; key <= position; key++)
            {
                for (var index = 0; index < mixed.Length; index++)
                {
                    mixed[index] += shares[key - first] * values[key][group][index];
                }
            }

            return mixed;
        }).ToArray())];
    }
}
