using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Reinforcement;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench rollout</c>: a whole reinforcement step, 64 prompts of 24 tokens with eight answers of 32 each, and how much faster they are drawn together than alone. In main memory a large model does a sixteenth part of it.</summary>
internal static class RolloutBench
{
    private const int Prompts = 64;
    private const int PromptTokens = 24;
    private const int Answers = 8;
    private const int AnswerTokens = 32;
    private const int TokensOfPass = 4096;
    private const double GoalSeconds = 5;
    private const double GoalGain = 8;
    private const double GoalShare = 0.6;

    // The shape of a model that learns arithmetic: 5.3 million weights, head and embedding shared.
    private static readonly ModelConfig Small = ModelConfigFile.Parse(
        """
        {
          "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "vocab_size": 2048, "hidden_size": 256, "intermediate_size": 768,
          "num_hidden_layers": 6, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 64, "hidden_act": "silu",
          "max_position_embeddings": 1024, "rms_norm_eps": 1e-6, "rope_theta": 10000, "tie_word_embeddings": true, "attention_bias": false
        }
        """u8.ToArray(),
        "a model of 5.3 million weights");

    public static BenchReport Run(Device device)
    {
        TorchRuntime.Threads = Environment.ProcessorCount;
        return new BenchReport(
            "rollout",
            [
                .. Figures("5.3M, fp32", Small, Precision.Fp32, Prompts, AnswerTokens, repeats: 5, device),
                .. Figures("0.6B, bf16", BenchModels.Qwen3Small, Precision.Bf16, device.IsCpu ? Prompts / 8 : Prompts, device.IsCpu ? AnswerTokens / 2 : AnswerTokens, repeats: device.IsCpu ? 1 : 5, device),
            ]);
    }

    private static IEnumerable<BenchFigure> Figures(string name, ModelConfig config, Precision precision, int prompts, int answerTokens, int repeats, Device device)
    {
        using var trial = new TrialReinforcement(config, new LoraOptions { Rank = 16 }, precision, prompts, PromptTokens, Answers, answerTokens, TokensOfPass, device);

        // The first of each warms up.
        trial.RateOfOne();
        if (repeats > 1)
        {
            trial.Run();
        }

        var alone = Enumerable.Range(0, repeats).Max(_ => trial.RateOfOne());
        var (drawing, learning) = Enumerable.Range(0, repeats).Select(_ => trial.Run()).MinBy(step => step.DrawingSeconds + step.LearningSeconds);
        var (rate, share) = (trial.DrawnTokens / drawing, drawing / (drawing + learning));
        yield return new($"{name}, one answer alone", Math.Round(alone, 1), "tokens/s", null, null);
        yield return new($"{name}, answers of a step", Math.Round(rate, 1), "tokens/s", null, null);
        yield return new($"{name}, together over alone", Math.Round(rate / alone, 2), "x", GoalGain, rate / alone >= GoalGain);
        yield return new($"{name}, drawing", Math.Round(drawing, 3), "s", null, null);
        yield return new($"{name}, learning", Math.Round(learning, 3), "s", null, null);
        yield return new($"{name}, share of drawing", Math.Round(share, 3), "", GoalShare, share <= GoalShare);

        // llama.cpp is here for processors alone.
        foreach (var figure in device.IsCpu ? RolloutComparison.Run(name, trial, Answers, answerTokens, precision, Math.Min(repeats, 3)) : [])
        {
            yield return figure;
        }

        if (config == Small)
        {
            yield return new($"{name}, whole step", Math.Round(drawing + learning, 3), "s", GoalSeconds, drawing + learning <= GoalSeconds);
        }
    }
}
