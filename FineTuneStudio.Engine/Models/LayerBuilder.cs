using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Models;

/// <summary>Puts a decoder layer together from its description and the weights.</summary>
internal static class LayerBuilder
{
    public static DecoderLayer Build(ModelConfig config, ModelWeights weights, int index)
    {
        var prefix = WeightPlan.Prefix(index);
        LinearLayer Linear(string name) => new(prefix + name, weights[$"{prefix}{name}.weight"], weights.Find($"{prefix}{name}.bias"));

        var attention = new Attention(config.Layers[index].Attention, config.NormEpsilon)
        {
            Query = Linear("self_attn.q_proj"),
            Key = Linear("self_attn.k_proj"),
            Value = Linear("self_attn.v_proj"),
            Output = Linear("self_attn.o_proj"),
            QueryNorm = weights.Find(prefix + "self_attn.q_norm.weight"),
            KeyNorm = weights.Find(prefix + "self_attn.k_norm.weight"),
        };
        var feedForward = new FeedForward(Linear("mlp.gate_proj"), Linear("mlp.up_proj"), Linear("mlp.down_proj"));
        return new DecoderLayer(
            index, attention, feedForward, weights[prefix + "input_layernorm.weight"], weights[prefix + "post_attention_layernorm.weight"], config.NormEpsilon);
    }
}
