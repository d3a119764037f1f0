using System.Text;
using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Commands.Benches;

/// <summary>Shapes of published models, which benches fill with random weights.</summary>
internal static class BenchModels
{
    /// <summary>The configuration of <see cref="Qwen3Small"/>, as its folder has it.</summary>
    public const string Qwen3SmallText =
        """
        {
          "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "vocab_size": 151936, "hidden_size": 1024, "intermediate_size": 3072,
          "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128, "hidden_act": "silu",
          "max_position_embeddings": 40960, "rms_norm_eps": 1e-6, "rope_theta": 1000000, "tie_word_embeddings": true, "attention_bias": false
        }
        """;

    /// <summary>The shape of Qwen3-0.6B: 596 million weights, head and embedding shared.</summary>
    public static ModelConfig Qwen3Small { get; } = ModelConfigFile.Parse(Encoding.UTF8.GetBytes(Qwen3SmallText), "Qwen3-0.6B");
}
