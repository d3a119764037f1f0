using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Tests.Support;
using FineTuneStudio.Tests.Support.Reference;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training;

/// <summary>Whole runs on folders that nobody has seen before: rehearsal, steps, held-out rows, samples, checkpoints, adapter.</summary>
public sealed class UnseenRunTests
{
    public static TheoryData<string, int> Quick => new() { { "gemma3_text", 1 }, { "gpt_oss", 1 }, { "deepseek_v3", 1 } };

    public static TheoryData<string, int> Slow
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var variant in DrawnConfigs.Variants)
            {
                data.Add(variant, 2);
                data.Add(variant, 3);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Quick))]
    public void Run_UnseenFolder_LearnsAndLeavesAnAdapter(string family, int seed) => Learns(family, seed, Quantization.None);

    [Theory(Explicit = true)]
    [MemberData(nameof(Slow))]
    [Trait("Category", "Slow")]
    public void Run_ManyUnseenFolders_LearnAndLeaveAdapters(string family, int seed)
    {
        Learns(family, seed, Quantization.None);
        Learns(family, seed, Quantization.Nf4Double);
    }

    private static void Learns(string family, int seed, Quantization quantization)
    {
        using var made = MadeUpModel.Draw(family, seed, change: config => (config["vocab_size"], config["max_position_embeddings"]) = (333, 128));
        made.AddTokenizer();
        using var run = new TinyRun();
        var targets = ModelFolder.Inspect(made.Path).Experts > 0 ? new[] { LoraOptions.AllLinear, LoraOptions.Experts } : [LoraOptions.AllLinear];
        run.Specification = run.Specification with
        {
            Model = made.Path,
            Quantization = quantization,
            Lora = new LoraOptions { Rank = 4, Targets = targets },
            Duration = new DurationOptions { Steps = 8 },
            Evaluation = run.Specification.Evaluation with { EverySteps = 8 },
        };

        var losses = run.Run().OfType<TrainingEvent.Evaluated>().Select(evaluated => evaluated.Loss).ToList();

        Assert.True(losses[^1] < losses[0] - 0.1, $"{string.Join(", ", losses)}");
        using var adapter = AdapterSet.Load(Path.Combine(run.Folder, RunFolder.Adapter), ModelFolder.Linears(made.Path));
        Assert.Contains(adapter.Adapters.Values, pair => Array.Exists(pair.B.ToArray<float>(), value => value != 0));
    }
}
