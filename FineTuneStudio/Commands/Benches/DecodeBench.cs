using System.Diagnostics;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench decode</c>: tokens per second of a Qwen3-0.6B-shaped model in bf16, against what reading its weights alone takes.</summary>
/// <remarks>
/// A decoded token must read every weight once. Between any two steps the bench reads as many bytes of other memory, allocated alike, with
/// nothing but vector loads, so that both are measured under the same conditions; the share is the median of the steps' own ratios.
/// </remarks>
internal static class DecodeBench
{
    private const int PromptLength = 16;
    private const int Steps = 40;
    private const double GoalShare = 0.8;
    private const double GoalGain = 5;

    public static BenchReport Run(Device device)
    {
        TorchRuntime.Threads = Environment.ProcessorCount;
        using var scope = TensorScope.Enter();
        using var model = CausalModel.Create(BenchModels.Qwen3Small, seed: 1, Precision.Bf16, device);
        var weights = model.Parameters.Sum(pair => pair.Value.Bytes);
        var buffer = Tensor.Zeros([weights / sizeof(float)], DType.Float32, device);

        var one = Measure(model, buffer, rows: 1);
        var eight = Measure(model, buffer, rows: 8);
        var gain = 8 * one.SecondsOfStep / eight.SecondsOfStep;
        using var adapter = AdapterSet.Create(model.Linears, new LoraOptions { Rank = 16, Alpha = 32 }, seed: 2);
        using var adapted = model.WithAdapter(adapter);
        var oneAdapted = Measure(adapted, buffer, rows: 1);
        var eightAdapted = Measure(adapted, buffer, rows: 8);
        return new BenchReport("decode",
        [
            new("streaming read", Round(weights / one.SecondsOfRead / 1e9), "GB/s", null, null),
            new("bytes of weights", Round(weights / 1e9), "GB", null, null),
            new("batch 1", Round(1 / one.SecondsOfStep), "tokens/s", null, null),
            new("batch 1 over (rate / bytes of weights)", Round(one.Share), "", GoalShare, one.Share >= GoalShare),
            new("batch 8", Round(8 / eight.SecondsOfStep), "tokens/s", null, null),
            new("batch 8 over batch 1", Round(gain), "x", GoalGain, gain >= GoalGain),
            new("batch 1, LoRA r16 on all linears", Round(1 / oneAdapted.SecondsOfStep), "tokens/s", null, null),
            new("  over batch 1 without", Round(one.SecondsOfStep / oneAdapted.SecondsOfStep), "", null, null),
            new("batch 8, LoRA r16 on all linears", Round(8 / eightAdapted.SecondsOfStep), "tokens/s", null, null),
            new("  over batch 8 without", Round(eight.SecondsOfStep / eightAdapted.SecondsOfStep), "", null, null),
            .. DecodeComparison.Run(model),
        ]);
    }

    private static double Round(double value) => Math.Round(value, 3);

    private static Timing Measure(CausalModel model, Tensor buffer, int rows)
    {
        var options = new SamplingOptions { Temperature = 1, MaxTokens = Steps, Seed = 1 };
        TokenRequest[] requests = [.. Enumerable.Range(0, rows).Select(row => new TokenRequest([.. Enumerable.Range(100 * row, PromptLength)], options))];
        var steps = new List<double>();
        var reads = new List<double>();
        var told = 0;
        var watch = Stopwatch.StartNew();
        new TokenGenerator(model, []).Generate(requests, _ => Tell(), CancellationToken.None);

        // The first is the prompt's pass, the second warms up.
        var ratios = steps.Skip(2).Zip(reads.Skip(1), (step, read) => read / step).ToList();
        return new Timing(Middle.Of(steps.Skip(2)), Middle.Of(reads.Skip(1)), Middle.Of(ratios));

        void Tell()
        {
            if (++told % rows != 0)
            {
                return;
            }

            steps.Add(watch.Elapsed.TotalSeconds);
            watch.Restart();
            StreamingRead.Over(buffer);
            reads.Add(watch.Elapsed.TotalSeconds);
            watch.Restart();
        }
    }

    /// <param name="SecondsOfStep">Of one decoding step.</param>
    /// <param name="SecondsOfRead">Of reading as many bytes as the weights have.</param>
    /// <param name="Share">Of the speed that reading alone allows.</param>
    private sealed record Timing(double SecondsOfStep, double SecondsOfRead, double Share);
}
