namespace FineTuneStudio.Commands.Benches;

/// <summary>A network and a batch that a training bench runs.</summary>
/// <param name="Name">Name of the shape.</param>
/// <param name="Configuration">Its <c>config.json</c>.</param>
/// <param name="Sequences">Rows of one step.</param>
/// <param name="Length">Tokens of each row; all are learnt but the first.</param>
internal sealed record TrainShape(string Name, string Configuration, int Sequences, int Length)
{
    private const string Common =
        """
        "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "hidden_act": "silu", "attention_bias": false, "rms_norm_eps": 1e-06,
        "rope_theta": 1000000, "tie_word_embeddings": true, "max_position_embeddings": 40960, "initializer_range": 0.02,
        """;

    /// <summary>Qwen3-0.6B, one packed row of 1,024 tokens.</summary>
    public static TrainShape Qwen3 { get; } = new(
        "qwen3-0.6b",
        $$"""
        { {{Common}} "hidden_size": 1024, "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128,
          "intermediate_size": 3072, "vocab_size": 151936 }
        """,
        Sequences: 1,
        Length: 1024);

    /// <summary>The same with eight rows, which fill a GPU.</summary>
    public static TrainShape Qwen3Batch { get; } = Qwen3 with { Name = "qwen3-0.6b-8x1024", Sequences = 8 };

    /// <summary>The embedded model's size, a batch of short conversations.</summary>
    public static TrainShape Nano { get; } = new(
        "nano",
        $$"""
        { {{Common}} "hidden_size": 256, "num_hidden_layers": 6, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 64,
          "intermediate_size": 768, "vocab_size": 4096 }
        """,
        Sequences: 16,
        Length: 256);

    /// <summary>Every shape.</summary>
    public static IReadOnlyList<TrainShape> All { get; } = [Qwen3, Qwen3Batch, Nano];
}
