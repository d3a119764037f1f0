namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>A mixture of experts, one token and one expert at a time.</summary>
internal static class ReferenceMixture
{
    private static readonly string[] Counts = ["num_experts", "num_local_experts", "n_routed_experts"];

    /// <summary>Whether a layer has experts.</summary>
    public static bool IsIn(ReferenceConfig config, int layer) => config.Type switch
    {
        "mixtral" or "gpt_oss" => true,
        "qwen2_moe" or "qwen3_moe"
            => (layer + 1) % config.Int("decoder_sparse_step") == 0 && !(config.List("mlp_only_layers")?.Any(listed => listed!.GetValue<int>() == layer) ?? false),
        "deepseek_v2" or "deepseek_v3"
            => config.Has("n_routed_experts") && layer >= config.Int("first_k_dense_replace") && layer % config.Int("moe_layer_freq") == 0,
        _ => false,
    };

    /// <summary>How many experts there are.</summary>
    public static int Experts(ReferenceConfig config) => config.Int(Counts.First(config.Has));

    /// <summary>Name of a linear of one expert, in the file.</summary>
    /// <param name="config">The file's fields.</param>
    /// <param name="expert">Its index.</param>
    /// <param name="part"><c>gate_proj</c>, <c>up_proj</c>, <c>down_proj</c></param>
    public static string NameOf(ReferenceConfig config, int expert, string part) => config.Type == "mixtral"
        ? $"block_sparse_moe.experts.{expert}.{(part switch { "gate_proj" => "w1", "up_proj" => "w3", _ => "w2" })}"
        : $"mlp.experts.{expert}.{part}";

    /// <summary>A layer's experts over all tokens.</summary>
    public static double[][] Apply(ReferenceLayer layer, double[][] x)
    {
        var (config, count) = (layer.Config, Experts(layer.Config));
        var inner = config.Int(config.Type is "mixtral" or "gpt_oss" ? "intermediate_size" : "moe_intermediate_size");
        var (router, role) = config.Type switch
        {
            "mixtral" => ("block_sparse_moe.gate", WeightRole.Router),
            "gpt_oss" => ("mlp.router", WeightRole.BareRouter),
            "qwen2_moe" or "qwen3_moe" => ("mlp.gate", WeightRole.Router),
            _ => ("mlp.gate", WeightRole.BareRouter),
        };
        var weight = layer.Get(router + ".weight", role, count, layer.Width);
        var bias = config.Type == "gpt_oss" ? layer.Get(router + ".bias", WeightRole.Offset, count) : null;
        var correction = config.Type == "deepseek_v3" ? layer.Get(router + ".e_score_correction_bias", WeightRole.Offset, count) : null;
        var experts = config.Type == "gpt_oss" ? Stacked(layer, count, inner) : [.. Enumerable.Range(0, count).Select(expert => Separate(layer, expert, inner))];
        var result = Array.ConvertAll(x, token =>
        {
            var sum = new double[layer.Width];
            foreach (var (expert, share) in Choose(config, ReferenceMath.Product(weight, token, bias), correction))
            {
                sum = ReferenceMath.Add(sum, experts[expert](token), share);
            }

            return sum;
        });
        return Shared(layer, x, inner) is { } shared ? [.. result.Zip(shared, (one, other) => ReferenceMath.Add(one, other))] : result;
    }

    private static IEnumerable<(int Expert, double Share)> Choose(ReferenceConfig config, double[] logits, double[]? correction)
    {
        var choices = config.Int("num_experts_per_tok");
        var scores = correction is null ? ReferenceMath.Softmax(logits) : Array.ConvertAll(logits, ReferenceMath.Sigmoid);
        var eligible = correction is null ? scores : ReferenceMath.Add(scores, correction);
        var groups = config.Type == "deepseek_v3" || (config.Type == "deepseek_v2" && config.Text("topk_method") == "group_limited_greedy") ? config.Int("n_group", 1) : 1;
        if (groups > 1)
        {
            var size = eligible.Length / groups;
            var best = correction is null ? 1 : 2;
            var kept = Enumerable.Range(0, groups).OrderByDescending(group => eligible[(group * size)..((group + 1) * size)].OrderDescending().Take(best).Sum()).Take(config.Int("topk_group")).ToHashSet();
            eligible = [.. eligible.Select((score, expert) => kept.Contains(expert / size) ? score : double.NegativeInfinity)];
        }

        var chosen = Enumerable.Range(0, eligible.Length).OrderByDescending(expert => eligible[expert]).Take(choices).ToList();
        var isNormalised = config.Type is "mixtral" or "gpt_oss" || config.Flag("norm_topk_prob");
        var sum = isNormalised ? chosen.Sum(expert => scores[expert]) : 1;
        var scale = config.Type == "deepseek_v3" || (config.Type == "deepseek_v2" && !isNormalised) ? config.Number("routed_scaling_factor") : 1;
        return chosen.Select(expert => (expert, scores[expert] / sum * scale));
    }

    private static Func<double[], double[]> Separate(ReferenceLayer layer, int expert, int inner)
    {
        double[] Matrix(string part, int outputs, int inputs) => layer.Get(NameOf(layer.Config, expert, part) + ".weight", WeightRole.Linear, outputs, inputs);
        var (gate, up, down) = (Matrix("gate_proj", inner, layer.Width), Matrix("up_proj", inner, layer.Width), Matrix("down_proj", layer.Width, inner));
        return token =>
        {
            var (left, right) = (ReferenceMath.Product(gate, token), ReferenceMath.Product(up, token));
            return ReferenceMath.Product(down, left.Zip(right, (one, other) => ReferenceMath.Activate("silu", one) * other).ToArray());
        };
    }

    // Inputs first, gate and up in turns.
    private static Func<double[], double[]>[] Stacked(ReferenceLayer layer, int count, int inner)
    {
        var width = layer.Width;
        var both = layer.Get("mlp.experts.gate_up_proj", WeightRole.Stack, count, width, 2 * inner);
        var bothBias = layer.Get("mlp.experts.gate_up_proj_bias", WeightRole.Offset, count, 2 * inner);
        var down = layer.Get("mlp.experts.down_proj", WeightRole.Stack, count, inner, width);
        var downBias = layer.Get("mlp.experts.down_proj_bias", WeightRole.Offset, count, width);
        var (limit, alpha) = (layer.Config.Number("swiglu_limit"), layer.Config.Number("swiglu_alpha"));
        double[] Times(double[] matrices, double[] biases, int expert, double[] token, int outputs)
        {
            var result = biases[(expert * outputs)..((expert + 1) * outputs)];
            for (var index = 0; index < token.Length * outputs; index++)
            {
                result[index % outputs] += token[index / outputs] * matrices[(expert * token.Length * outputs) + index];
            }

            return result;
        }

        return [.. Enumerable.Range(0, count).Select(expert => (Func<double[], double[]>)(token =>
        {
            var projected = Times(both, bothBias, expert, token, 2 * inner);
            var mixed = new double[inner];
            for (var index = 0; index < inner; index++)
            {
                var (gate, up) = (Math.Min(projected[2 * index], limit), Math.Clamp(projected[(2 * index) + 1], -limit, limit));
                mixed[index] = (up + 1) * gate * ReferenceMath.Sigmoid(alpha * gate);
            }

            return Times(down, downBias, expert, mixed, width);
        }))];
    }

    private static double[][]? Shared(ReferenceLayer layer, double[][] x, int inner)
    {
        var config = layer.Config;
        if (config.Type == "qwen2_moe")
        {
            var gates = layer.Linear("mlp.shared_expert_gate", x, 1);
            var answers = layer.FeedForward("mlp.shared_expert", x, config.Int("shared_expert_intermediate_size"));
            return [.. answers.Zip(gates, (answer, gate) => Array.ConvertAll(answer, value => value * ReferenceMath.Sigmoid(gate[0])))];
        }

        var shared = config.Int("n_shared_experts");
        return shared > 0 && config.Type is "deepseek_v2" or "deepseek_v3" ? layer.FeedForward("mlp.shared_experts", x, shared * inner) : null;
    }
}
