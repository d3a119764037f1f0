using System.Text.Json.Nodes;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Commands.Benches;

/// <summary>A run whose memory is estimated and measured.</summary>
/// <param name="Name">What is particular.</param>
/// <param name="Configuration">The model's <c>config.json</c>.</param>
/// <param name="Rows">Rows of a pass.</param>
/// <param name="Context">Tokens of a row.</param>
internal sealed record MemorySetUp(string Name, string Configuration, int Rows, int Context)
{
    /// <summary>Optimizer steps: memory is at its height from the second on.</summary>
    private const int Steps = 2;

    /// <summary>Adapter, or every weight.</summary>
    public LoraOptions? Lora { get; init; } = new() { Rank = 16, Alpha = 32 };

    /// <summary>Number format of what is frozen.</summary>
    public Precision Precision { get; init; } = Precision.Bf16;

    /// <summary>How frozen weights are kept.</summary>
    public Quantization Quantization { get; init; } = Quantization.None;

    /// <summary>Which optimizer.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    /// <summary>Whether layers are computed again in the backward pass.</summary>
    public bool Checkpointing { get; init; }

    /// <summary>Whether short rows share the context.</summary>
    public bool Packing { get; init; } = true;

    /// <summary>Widely different shapes, methods and batches, none of which takes more than 6 GB.</summary>
    public static IReadOnlyList<MemorySetUp> All { get; } =
    [
        new("nano shape, LoRA, 16x256", TrainShape.Nano.Configuration, 16, 256),
        new("nano shape, every weight, fp32, 4x512", TrainShape.Nano.Configuration, 4, 512) { Lora = null, Precision = Precision.Fp32 },
        new("qwen3-0.6b, LoRA, 1x1024", TrainShape.Qwen3.Configuration, 1, 1024),
        new("qwen3-0.6b, LoRA, recomputed, 1x2048", TrainShape.Qwen3.Configuration, 1, 2048) { Checkpointing = true },
        new("qwen3-0.6b, LoRA r64, fp32, 1x256", TrainShape.Qwen3.Configuration, 1, 256) { Precision = Precision.Fp32, Lora = new() { Rank = 64, Alpha = 64 } },
        new("qwen3-0.6b, LoRA, NF4 base, 1x512", TrainShape.Qwen3.Configuration, 1, 512) { Quantization = Quantization.Nf4 },
        new("llama 160M, LoRA, dropout, 8x256 unpacked", Llama(768, 12, 12, 12, 2048, 32000), 8, 256) { Packing = false, Lora = new() { Rank = 8, Dropout = 0.1 } },
        new("llama 135M, every weight, 2x512", Llama(576, 30, 9, 3, 1536, 49152), 2, 512) { Lora = null },
        new("llama 135M, every weight, 8-bit AdamW, recomputed, 4x512", Llama(576, 30, 9, 3, 1536, 49152), 4, 512)
        {
            Lora = null, Optimizer = OptimizerKind.AdamW8Bit, Checkpointing = true,
        },
        new("llama 160M, every weight, SGD, fp32, 1x1024", Llama(768, 12, 12, 12, 2048, 32000), 1, 1024) { Lora = null, Optimizer = OptimizerKind.Sgd, Precision = Precision.Fp32 },
        new("gemma 3 270M, LoRA, 2x512", Gemma, 2, 512),
        new("mixture of 223M, LoRA on experts too, 2x512", Mixture, 2, 512) { Lora = OnExperts },
        new("the same, recomputed, 4x512", Mixture, 4, 512) { Lora = OnExperts, Checkpointing = true },
        new("the same, NF4 experts, 2x512", Mixture, 2, 512) { Lora = OnExperts, Quantization = Quantization.Nf4 },
    ];

    // Gemma 3 270M: a vocabulary as large as the rest of the model, windows, norms before and behind.
    private const string Gemma =
        """
        { "architectures": ["Gemma3ForCausalLM"], "model_type": "gemma3_text", "hidden_activation": "gelu_pytorch_tanh", "attention_bias": false,
          "rms_norm_eps": 1e-06, "rope_theta": 1000000, "rope_local_base_freq": 10000, "max_position_embeddings": 32768, "initializer_range": 0.02,
          "query_pre_attn_scalar": 256, "sliding_window": 512, "sliding_window_pattern": 6, "hidden_size": 640, "num_hidden_layers": 18,
          "num_attention_heads": 4, "num_key_value_heads": 1, "head_dim": 256, "intermediate_size": 2048, "vocab_size": 262144 }
        """;

    // Qwen3-MoE's layers: 16 experts of 1024 x 512, top-4.
    private const string Mixture =
        """
        { "architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe", "hidden_act": "silu", "attention_bias": false, "rms_norm_eps": 1e-06, "rope_theta": 1000000,
          "tie_word_embeddings": true, "max_position_embeddings": 4096, "initializer_range": 0.02, "hidden_size": 1024, "num_hidden_layers": 8, "num_attention_heads": 8,
          "num_key_value_heads": 4, "head_dim": 64, "intermediate_size": 2048, "moe_intermediate_size": 512, "num_experts": 16, "num_experts_per_tok": 4, "norm_topk_prob": true,
          "decoder_sparse_step": 1, "mlp_only_layers": [], "vocab_size": 4096 }
        """;

    private static LoraOptions OnExperts => new() { Rank = 16, Alpha = 32, Targets = ["all-linear", LoraOptions.Experts] };

    private static string Llama(int hidden, int layers, int heads, int keyValueHeads, int intermediate, int vocabulary)
        => new JsonObject
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["model_type"] = "llama",
            ["hidden_act"] = "silu",
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = 10000,
            ["tie_word_embeddings"] = true,
            ["max_position_embeddings"] = 4096,
            ["initializer_range"] = 0.02,
            ["hidden_size"] = hidden,
            ["num_hidden_layers"] = layers,
            ["num_attention_heads"] = heads,
            ["num_key_value_heads"] = keyValueHeads,
            ["intermediate_size"] = intermediate,
            ["vocab_size"] = vocabulary,
        }.ToJsonString();

    /// <summary>The run, once its model and its rows are files.</summary>
    public RunSpecification Specification(string model, string dataset) => new()
    {
        Model = model,
        Dataset = new DatasetOptions { Path = dataset, HeldOutMaxRows = 2 },
        Lora = Lora,
        Precision = Precision,
        Quantization = Quantization,
        Optimizer = new OptimizerOptions { Kind = Optimizer },
        Batch = new BatchOptions { Rows = Rows, ContextLength = Context, Packing = Packing },
        Duration = new DurationOptions { Steps = Steps },
        Evaluation = new EvaluationOptions { Samples = 0 },
        GradientCheckpointing = Checkpointing,
    };
}
