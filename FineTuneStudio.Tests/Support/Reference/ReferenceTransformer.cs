namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>
/// Every family of language models that is built, once more: plain, slow, in double precision, straight from the formulas, and sharing no line with
/// the engine. One whole sequence at a time, nothing kept.
/// </summary>
internal sealed class ReferenceTransformer(ReferenceConfig config, ReferenceWeights weights)
{
    /// <summary>The configuration.</summary>
    public ReferenceConfig Config => config;

    /// <summary>The weights that it asks for.</summary>
    public ReferenceWeights Weights => weights;

    /// <summary>Whether a token's scores change with what stands behind it: LongRoPE has other frequencies for longer sequences.</summary>
    public bool DependsOnLength => (config.Object("rope_parameters") ?? config.Object("rope_scaling"))?.ContainsKey("long_factor") ?? false;

    /// <summary>Scores of the whole vocabulary after each token.</summary>
    public double[][] Logits(int[] ids)
    {
        var (vocabulary, width, isGemma) = (config.Int("vocab_size"), config.Int("hidden_size"), config.Type.StartsWith("gemma", StringComparison.Ordinal));
        var table = weights.Get("model.embed_tokens.weight", WeightRole.Vocabulary, vocabulary, width);
        var factor = isGemma ? Math.Sqrt(width) : config.Number("embedding_multiplier", 1);
        var x = Array.ConvertAll(ids, id => Array.ConvertAll(table[(id * width)..((id + 1) * width)], value => value * factor));
        for (var index = 0; index < config.Int("num_hidden_layers"); index++)
        {
            x = Layer(new ReferenceLayer(config, weights, index), x);
        }

        var norm = weights.Get("model.norm.weight", isGemma ? WeightRole.Offset : WeightRole.Factor, width);
        var head = config.Flag("tie_word_embeddings") ? table : weights.Get("lm_head.weight", WeightRole.Vocabulary, vocabulary, width);
        return Array.ConvertAll(x, token =>
        {
            var logits = ReferenceMath.Product(head, ReferenceMath.Norm(token, norm, config.Number("rms_norm_eps"), isGemma ? 1 : 0));
            var divisor = config.Number("logits_scaling", 1);
            return Array.ConvertAll(logits, logit => config.Has("final_logit_softcapping")
                ? config.Number("final_logit_softcapping") * Math.Tanh(logit / config.Number("final_logit_softcapping"))
                : logit / divisor);
        });
    }

    /// <summary>Mean negative log-likelihood of every token but the first, in nats.</summary>
    public double Loss(int[] ids)
    {
        var logits = Logits(ids);
        return Enumerable.Range(1, ids.Length - 1).Average(position => -Math.Log(ReferenceMath.Softmax(logits[position - 1])[ids[position]]));
    }

    private static double[][] Add(double[][] x, double[][] change, double factor) => [.. x.Zip(change, (left, right) => ReferenceMath.Add(left, right, factor))];

    private double[][] Layer(ReferenceLayer layer, double[][] x)
    {
        double[][] Mixed(double[][] input) => ReferenceMixture.IsIn(config, layer.Index)
            ? ReferenceMixture.Apply(layer, input)
            : layer.FeedForward("mlp", input, config.Int("intermediate_size"));
        var residual = config.Number("residual_multiplier", 1);
        switch (config.Type)
        {
            case "gemma2" or "gemma3_text":
                x = Add(x, layer.Norm("post_attention_layernorm", ReferenceAttention.Apply(layer, layer.Norm("input_layernorm", x))), 1);
                return Add(x, layer.Norm("post_feedforward_layernorm", Mixed(layer.Norm("pre_feedforward_layernorm", x))), 1);
            case "olmo2":
                x = Add(x, layer.Norm("post_attention_layernorm", ReferenceAttention.Apply(layer, x)), 1);
                return Add(x, layer.Norm("post_feedforward_layernorm", Mixed(x)), 1);
            default:
                x = Add(x, ReferenceAttention.Apply(layer, layer.Norm("input_layernorm", x)), residual);
                return Add(x, Mixed(layer.Norm("post_attention_layernorm", x)), residual);
        }
    }
}
