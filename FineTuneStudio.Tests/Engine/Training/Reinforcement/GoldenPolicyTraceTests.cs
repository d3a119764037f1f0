using System.Text.Json;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Engine.Training.Reinforcement;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Reinforcement;

/// <summary>The reference's recorded runs, repeated by the step that runs learn by: every figure of every step, every log-probability, and the adapter at the end.</summary>
public sealed class GoldenPolicyTraceTests
{
    private const double Tolerance = 1e-4;

    [Theory]
    [InlineData("grpo", 1)]
    [InlineData("grpo", 4)]
    [InlineData("grpo-kl", 1)]
    [InlineData("dapo", 1)]
    [InlineData("dapo", 2)]
    [InlineData("gspo", 1)]
    [InlineData("gspo-wide", 1)]
    [InlineData("gspo-wide", 2)]
    public void Run_RecordedAnswers_MeetsTheReferenceAtEveryStep(string name, int microBatches) => Repeat(name, microBatches);

    /// <summary>Repeats a recorded run and asserts every figure.</summary>
    /// <param name="name">Folder of the trace.</param>
    /// <param name="microBatches">Passes of a step.</param>
    /// <param name="device">Where to compute.</param>
    internal static void Repeat(string name, int microBatches, Device device = default)
    {
        var folder = SharedData.Golden("reinforcement", "traces");
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name, "trace.json")));
        var trace = document.RootElement;
        var recorded = trace.GetProperty("steps");
        var optimizerOptions = trace.GetProperty("optimizer");
        var clip = ReinforcementGolden.Number(optimizerOptions, "max_grad_norm") ?? 0;
        var options = ReinforcementGolden.Loss(trace.GetProperty("options"));
        using var model = CausalModel.Load(Path.Combine(folder, "model"), Precision.Fp32, device);
        using var adapter = AdapterSet.Load(Path.Combine(folder, "adapter-initial"), model.Linears, device);
        adapter.SetTrainable(true);
        using var view = model.WithAdapter(adapter);
        using var optimizer = new AdamW(adapter.Parameters, new OptimizerOptions { WeightDecay = 0, ClipNorm = clip });
        var step = new PolicyStep(view, new WeightUpdate(adapter.Parameters, optimizer, lossScale: null, clip), lossScale: null, options, temperature: 1, checkpointing: false) { Reference = model };
        using var scope = TensorScope.Enter();
        var batches = new Batches(SafetensorsFile.Open(Path.Combine(folder, "batches.safetensors")), trace.GetProperty("group_size").GetInt32());
        var tokens = SafetensorsFile.Open(Path.Combine(folder, name, "steps.safetensors"));

        List<PolicyAnswer> answers = [];
        var last = -1;
        for (var index = 0; index < recorded.GetArrayLength(); index++)
        {
            var expected = recorded[index];
            if (expected.GetProperty("batch").GetInt32() is var batch && batch != last)
            {
                (answers, last) = (batches.Read(batch), batch);
            }

            var outcome = step.Run([.. answers.Chunk(answers.Count / microBatches)], optimizerOptions.GetProperty("lr").GetDouble(), _ => null, TestContext.Current.CancellationToken);

            void Check(string field, double? actual)
            {
                if (ReinforcementGolden.Number(expected, field) is { } wanted)
                {
                    Assert.True(actual is { } value && Math.Abs(value - wanted) <= Tolerance * (1 + Math.Abs(wanted)), $"Step {index + 1}: {field} is {actual:R}, not {wanted:R}.");
                }
            }

            Check("loss", outcome.Loss);
            Check("grad_norm", outcome.GradientNorm);
            Check("mean_ratio", outcome.Figures.MeanRatio);
            Check("entropy", outcome.Entropy);
            Check("clip_low_mean", outcome.Figures.ClippedLow);
            Check("clip_high_mean", outcome.Figures.ClippedHigh);
            Check("clip_region_mean", outcome.Figures.Clipped);
            Check("kl", outcome.Figures.Kl);
            AssertTokens(tokens, "new", index, answers, answer => answer.New);
            AssertTokens(tokens, "old", index, answers, answer => answer.Old!);
            if (options.KlWeight > 0)
            {
                AssertTokens(tokens, "reference", index, answers, answer => answer.Reference!);
            }
        }

        var final = SafetensorsFile.Open(Path.Combine(folder, name, "adapter-final", "adapter_model.safetensors"));
        Assert.All(adapter.Parameters, parameter =>
            Assert.All(parameter.Value.To(Device.Cpu).ToArray<float>().Zip(final.Get(parameter.Key).ToArray<float>()), pair => Assert.Equal(pair.Second, pair.First, 2e-4)));
    }

    private static void AssertTokens(SafetensorsFile file, string name, int step, List<PolicyAnswer> answers, Func<PolicyAnswer, float[]> of)
    {
        var all = file.Get(name);   // [steps, B, C]
        var (rows, width) = ((int)all.Size(1), (int)all.Size(2));
        var values = all.ToArray<float>();
        for (var row = 0; row < rows; row++)
        {
            var own = of(answers[row]);
            for (var token = 0; token < own.Length; token++)
            {
                Assert.Equal(values[(((step * rows) + row) * width) + token], own[token], Tolerance);
            }
        }
    }

    /// <summary>The recorded answers with their rewards.</summary>
    private sealed class Batches(SafetensorsFile file, int groupSize)
    {
        public List<PolicyAnswer> Read(int batch)
        {
            var rewards = Of<float>("rewards", batch);
            var advantages = Advantages.Compute([.. rewards[0].Select(reward => (double)reward)], groupSize, AdvantageScale.Group).Values;
            var (prompts, answers) = (Kept("prompt", batch), Kept("completion", batch));

            // Answers of a group share their prompt, as they do in a run.
            return [.. answers.Select((answer, row) => new PolicyAnswer(prompts[row / groupSize * groupSize], answer, advantages[row]))];
        }

        private List<int[]> Kept(string name, int batch)
            => [.. Of<long>($"{name}_ids", batch).Zip(Of<long>($"{name}_mask", batch), (ids, mask) => ids.Where((_, place) => mask[place] == 1).Select(id => (int)id).ToArray())];

        // Rows of a batch; rewards are one row.
        private List<T[]> Of<T>(string name, int batch)
            where T : unmanaged
        {
            var tensor = file.Get(name);
            var own = tensor.ToArray<T>();
            var count = own.Length / (int)tensor.Size(0);
            var width = tensor.Dimensions == 3 ? (int)tensor.Size(2) : count;
            return [.. own.AsSpan(batch * count, count).ToArray().Chunk(width)];
        }
    }
}
