using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Pretraining.Text;
using FineTuneStudio.Engine.Pretraining.Vocabulary;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Pretraining;

/// <summary>How <c>models/nano</c> is made, from nothing: text, vocabulary, a network of random weights, and the run that teaches it.</summary>
/// <remarks>Everything follows from the seed, so the same machine makes the same model.</remarks>
public static class NanoRecipe
{
    /// <summary>Conversations that the model learns from, each seen once.</summary>
    public const int DefaultDocuments = 60_000;

    private const long Seed = 1;
    private const int VocabularySize = 3072;
    private const int HiddenSize = 256;
    private const int Layers = 4;
    private const int Heads = 8;
    private const int KeyValueHeads = 4;
    private const int HeadSize = 32;
    private const int FeedForwardSize = 768;
    private const int VocabularyDocuments = 30_000;
    private const int TextContext = 512;
    private const int ModelContext = 2048;
    private static readonly string[] SpecialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private const string ChatTemplate =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    /// <summary>Writes the text, and a model folder with random weights, where they are missing.</summary>
    /// <param name="folder">Receives <c>text.jsonl</c> and <c>start/</c>.</param>
    /// <param name="documents">How many conversations.</param>
    /// <returns>The run that teaches the model.</returns>
    public static RunSpecification Prepare(string folder, int documents)
    {
        var textPath = Path.Combine(folder, "text.jsonl");
        var start = Path.Combine(folder, "start");
        Directory.CreateDirectory(start);
        if (!File.Exists(Path.Combine(start, "model.safetensors")))
        {
            var text = new PretrainingText(Seed);
            WriteText(text, textPath, documents);
            WriteModel(text, start);
        }

        return new RunSpecification
        {
            Name = "nano",
            Model = start,
            Dataset = new DatasetOptions { Path = textPath, Learn = LearntText.Everything, HeldOutFraction = 0.005, HeldOutMaxRows = 400 },
            Lora = null,
            Schedule = new ScheduleOptions { Kind = ScheduleKind.CosineWithFloor, LearningRate = 2e-3, FloorRatio = 0.03, WarmupSteps = 60 },
            Optimizer = new OptimizerOptions { Beta2 = 0.97, WeightDecay = 0.05 },
            Batch = new BatchOptions { Rows = 4, ContextLength = TextContext },
            Duration = new DurationOptions { Epochs = 1 },
            Evaluation = new EvaluationOptions { Samples = 0, EverySteps = 250 },
            Checkpoints = new CheckpointOptions { EverySteps = 100, Keep = 2 },

            // Every weight learns, the products are small, and processors without bfloat16 products take half the time so (docs/log.md).
            Precision = Precision.Fp32,
            Seed = Seed,
        };
    }

    /// <summary>Makes the model that is kept from the one that the run left.</summary>
    /// <param name="folder">As given to <see cref="Prepare"/>; receives <c>nano/</c>.</param>
    /// <param name="trained">The run's model folder.</param>
    /// <param name="documents">As given to <see cref="Prepare"/>.</param>
    /// <returns>The model's folder.</returns>
    public static string Finish(string folder, string trained, int documents)
    {
        var target = Path.Combine(folder, "nano");
        UnusedTokens.Restore(new PretrainingText(Seed), documents, Path.Combine(folder, "start"), trained, target);
        return target;
    }

    private static void WriteText(PretrainingText text, string path, int documents)
    {
        using var writer = new StreamWriter(path);
        for (var number = 0; number < documents; number++)
        {
            writer.Write(text.Line(number));
            writer.Write('\n');
        }
    }

    private static void WriteModel(PretrainingText text, string folder)
    {
        var trainer = new BytePairTrainer();
        for (var number = 0; number < VocabularyDocuments; number++)
        {
            foreach (var message in text.Document(number))
            {
                trainer.Add(message.Content);
            }
        }

        var vocabulary = trainer.Train(VocabularySize - SpecialTokens.Length);
        var config = Config(vocabulary.Tokens.Count + SpecialTokens.Length).ToJsonString(Indented);
        File.WriteAllText(Path.Combine(folder, "config.json"), config);
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), vocabulary.ToTokenizerJson(SpecialTokens));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), TokenizerConfig().ToJsonString(Indented));
        var end = vocabulary.Tokens.Count + 2;
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), new JsonObject { ["eos_token_id"] = end }.ToJsonString(Indented));
        using var model = CausalModel.Create(ModelConfigFile.Read(folder), Seed, Precision.Fp32);
        using var stream = File.Create(Path.Combine(folder, "model.safetensors"));
        SafetensorsWriter.Write(stream, model.Parameters);
    }

    private static JsonObject Config(int vocabularySize) => new()
    {
        ["architectures"] = new JsonArray("Qwen3ForCausalLM"),
        ["model_type"] = "qwen3",
        ["vocab_size"] = vocabularySize,
        ["hidden_size"] = HiddenSize,
        ["num_hidden_layers"] = Layers,
        ["num_attention_heads"] = Heads,
        ["num_key_value_heads"] = KeyValueHeads,
        ["head_dim"] = HeadSize,
        ["intermediate_size"] = FeedForwardSize,
        ["hidden_act"] = "silu",
        ["max_position_embeddings"] = ModelContext,
        ["rms_norm_eps"] = 1e-6,
        ["rope_theta"] = 10000.0,
        ["attention_bias"] = false,
        ["attention_dropout"] = 0.0,
        ["tie_word_embeddings"] = true,
        ["initializer_range"] = 0.02,
        ["bos_token_id"] = null,
        ["eos_token_id"] = vocabularySize - 1,
        ["torch_dtype"] = "bfloat16",
    };

    private static JsonObject TokenizerConfig() => new()
    {
        ["tokenizer_class"] = "Qwen2Tokenizer",
        ["add_bos_token"] = false,
        ["add_prefix_space"] = false,
        ["bos_token"] = null,
        ["eos_token"] = "<|im_end|>",
        ["pad_token"] = "<|endoftext|>",
        ["unk_token"] = null,
        ["model_max_length"] = ModelContext,
        ["chat_template"] = ChatTemplate,
    };
}
