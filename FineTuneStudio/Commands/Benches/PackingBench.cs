using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Quantisation;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench packing</c>: a training step, and a pass of one token, beside frozen weights in few bits, against the same beside bf16.</summary>
internal static class PackingBench
{
    private const int Length = 256;
    private const int Repeats = 3;
    private const int PassRepeats = 12;

    // The widths of Qwen3-0.6B, two layers of it, and little vocabulary: what packing does not touch should not hide it.
    private const string Common =
        """
        "hidden_act": "silu", "attention_bias": false, "rms_norm_eps": 1e-06, "rope_theta": 1000000, "tie_word_embeddings": true, "max_position_embeddings": 4096, "initializer_range": 0.02,
        "hidden_size": 1024, "num_hidden_layers": 2, "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 4096,
        """;

    private static readonly (string Name, string Configuration, string[] Targets)[] Shapes =
    [
        ("linears", $$"""{ {{Common}} "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "intermediate_size": 3072 }""", ["all-linear"]),
        ("experts",
            $$"""
            { {{Common}} "architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe", "intermediate_size": 3072, "moe_intermediate_size": 512, "num_experts": 32,
              "num_experts_per_tok": 4, "norm_topk_prob": true, "decoder_sparse_step": 1, "mlp_only_layers": [] }
            """,
            ["all-linear", LoraOptions.Experts]),
    ];

    public static BenchReport Run()
    {
        TorchRuntime.Threads = Environment.ProcessorCount;
        return new BenchReport("packing", [.. Shapes.SelectMany(shape => Figures(shape.Name, shape.Configuration, shape.Targets))]);
    }

    private static IEnumerable<BenchFigure> Figures(string name, string configuration, string[] targets)
    {
        var config = ModelConfigFile.Parse(Encoding.UTF8.GetBytes(configuration), "bench");
        TrialTraining Make(PackedFormat? packed)
            => new(config, new LoraOptions { Rank = 16, Alpha = 32, Dropout = 0, Targets = targets }, new OptimizerOptions(), sequences: 1, Length, packed: packed);

        using var numbers = Make(packed: null);
        foreach (var format in Enum.GetValues<PackedFormat>())
        {
            using var packed = Make(format);
            yield return Ratio($"{name}, {format}: step of {Length} tokens", () => packed.Run(), () => numbers.Run(), Repeats);
            yield return Ratio("  pass of 1 token", () => packed.Pass(1), () => numbers.Pass(1), PassRepeats);
        }
    }

    private static BenchFigure Ratio(string name, Action packed, Action numbers, int repeats)
    {
        var (best, other) = InTurns.Best(packed, numbers, repeats);
        return new BenchFigure(name, Math.Round(best / other, 2), "times", null, null);
    }
}
