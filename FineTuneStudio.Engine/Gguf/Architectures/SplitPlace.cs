using FineTuneStudio.Engine.Gguf.Architectures.Views;
using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>A tensor of a layer that the hub's files do not have as it is: one of several made of one, or one of another layout.</summary>
/// <param name="Part">The hub's tensor, within the layer.</param>
/// <param name="Name">llama.cpp's, within the layer.</param>
/// <param name="Make">Its sizes and its view, from the layer and the sizes of the hub's tensor.</param>
internal sealed record SplitPlace(string Part, string Name, Func<LayerDescription, long[], (long[] Shape, HubView View)> Make)
{
    /// <summary>DeepSeek's up projection: keys and values apart, a matrix for each head, so that queries can be taken to the latents.</summary>
    public static IReadOnlyList<SplitPlace> Latents { get; } =
    [
        new("self_attn.kv_b_proj.weight", "attn_k_b.weight", (layer, _) =>
        {
            var latent = (LatentDescription)layer.Attention;
            return ([latent.Heads, latent.LatentSize, latent.PlainSize], new HeadPartView(0, latent.PlainSize, latent.PlainSize + latent.ValueSize, IsTransposed: true));
        }),
        new("self_attn.kv_b_proj.weight", "attn_v_b.weight", (layer, _) =>
        {
            var latent = (LatentDescription)layer.Attention;
            return ([latent.Heads, latent.ValueSize, latent.LatentSize], new HeadPartView(latent.PlainSize, latent.ValueSize, latent.PlainSize + latent.ValueSize, IsTransposed: false));
        }),
        new("mlp.gate.e_score_correction_bias", "exp_probs_b.bias", (_, shape) => (shape, HubView.Same)),
    ];

    /// <summary>gpt-oss's experts: gate and up apart, outputs first. Its sinks have a name that ends otherwise.</summary>
    public static IReadOnlyList<SplitPlace> StackedExperts { get; } =
    [
        Columns("gate_up_proj", "ffn_gate_exps", first: 0, step: 2),
        Columns("gate_up_proj", "ffn_up_exps", first: 1, step: 2),
        Columns("down_proj", "ffn_down_exps", first: 0, step: 1),
        Biases("gate_up_proj_bias", "ffn_gate_exps", first: 0, step: 2),
        Biases("gate_up_proj_bias", "ffn_up_exps", first: 1, step: 2),
        Biases("down_proj_bias", "ffn_down_exps", first: 0, step: 1),
        new("self_attn.sinks", "attn_sinks.weight", (_, shape) => (shape, HubView.Same)),
    ];

    private static SplitPlace Columns(string part, string name, int first, int step)
        => new($"mlp.experts.{part}", name + ".weight", (_, shape) => ([shape[0], shape[2] / step, shape[1]], new ColumnsView(first, step)));

    private static SplitPlace Biases(string part, string name, int first, int step)
        => new($"mlp.experts.{part}", name + ".bias", (_, shape) => ([shape[0], shape[1] / step], new ColumnsView(first, step)));
}
