using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Quantisation;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Optimizers;

/// <summary>Four steps of bitsandbytes' 8-bit AdamW: weights, codes and scales.</summary>
public sealed class GoldenAdamW8BitTests
{
    /// <summary>Codes that may be one beside: values on the border between two.</summary>
    private const double BorderShare = 1e-3;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_FourTimes_FollowsTheReference(bool isPlain)
    {
        using var twins = isPlain ? KernelChoice.Plain() : default;
        using var scope = TensorScope.Enter();
        using var json = JsonDocument.Parse(File.ReadAllText(SharedData.Golden("optimizers", "adamw8bit.json")));
        var settings = json.RootElement;
        var file = SafetensorsFile.Open(SharedData.Golden("optimizers", "adamw8bit.safetensors"));
        KeyValuePair<string, Tensor>[] weights = [.. Enumerable.Range(0, 3).Select(tensor => KeyValuePair.Create($"{tensor}", file.Get($"{tensor}.start").Clone()))];
        using var optimizer = Optimizer.Create(weights, new OptimizerOptions { Kind = OptimizerKind.AdamW8Bit, WeightDecay = settings.GetProperty("weight_decay").GetDouble() });

        for (var step = 0; step < settings.GetProperty("steps").GetInt32(); step++)
        {
            optimizer.Step([.. Enumerable.Range(0, 3).Select(tensor => file.Get($"{tensor}.gradient.{step}"))], settings.GetProperty("lr").GetDouble(), gradientScale: 1);
            for (var tensor = 0; tensor < 3 && step is 0 or 3; tensor++)
            {
                AssertClose(file.Get($"{tensor}.after.{step}"), weights[tensor].Value, settings, tensor < 2 ? BorderShare : 0, $"tensor {tensor} after step {step}");
            }
        }

        var state = optimizer.State.ToDictionary();
        for (var tensor = 0; tensor < 2; tensor++)
        {
            AssertSameCodes(file.Get($"{tensor}.final.state1"), state[$"{tensor}.first"]);
            AssertSameCodes(file.Get($"{tensor}.final.state2"), state[$"{tensor}.second"]);
            AssertClose(file.Get($"{tensor}.final.absmax1"), state[$"{tensor}.first.scales"], settings, BorderShare, $"scales of tensor {tensor}");
            AssertClose(file.Get($"{tensor}.final.absmax2"), state[$"{tensor}.second.scales"], settings, BorderShare, $"scales of tensor {tensor}");
        }

        AssertClose(file.Get("2.final.state1"), state["2.first"], settings, 0, "moments of the small tensor");
        AssertClose(file.Get("2.final.state2"), state["2.second"], settings, 0, "moments of the small tensor");
    }

    [Theory]
    [InlineData("qmap1", true)]
    [InlineData("qmap2", false)]
    public void Map_EveryValue_IsTheReferences(string name, bool isSigned)
    {
        var reference = SafetensorsFile.Open(SharedData.Golden("optimizers", "adamw8bit.safetensors")).Get(name).ToArray<float>();
        var ours = isSigned ? DynamicMap.Signed : DynamicMap.Unsigned;
        Assert.All(reference.Zip(ours), pair => Assert.Equal(pair.First, pair.Second, 3e-7 * Math.Abs(pair.First)));
    }

    [Fact]
    public void State_OfALargeMatrix_TakesAQuarterOfAdamWs()
    {
        using var scope = TensorScope.Enter();
        KeyValuePair<string, Tensor>[] weights = [KeyValuePair.Create("w", Tensor.Zeros([1024, 256], DType.Float32))];
        long BytesOf(OptimizerKind kind)
        {
            using var optimizer = Optimizer.Create(weights, new OptimizerOptions { Kind = kind });
            return optimizer.State.Sum(pair => pair.Value.Bytes);
        }

        Assert.InRange(BytesOf(OptimizerKind.AdamW8Bit) / (double)BytesOf(OptimizerKind.AdamW), 0.25, 0.26);
    }

    private static void AssertSameCodes(Tensor expected, Tensor actual)
    {
        var differences = expected.ToArray<byte>().Zip(actual.ToArray<byte>()).Select(pair => Math.Abs(pair.First - pair.Second)).ToList();
        Assert.InRange(differences.Max(), 0, 1);
        Assert.InRange(differences.Count(difference => difference > 0), 0, differences.Count * BorderShare);
    }

    // A code beside its neighbour moves its weight in the next step; such weights are as rare as the codes.
    private static void AssertClose(Tensor expected, Tensor actual, JsonElement settings, double strayShare, string place)
    {
        var (relative, absolute) = (settings.GetProperty("relativeTolerance").GetDouble(), settings.GetProperty("absoluteTolerance").GetDouble());
        var pairs = expected.ToArray<float>().Zip(actual.ToArray<float>()).ToList();
        var stray = pairs.Where(pair => Math.Abs(pair.First - pair.Second) > absolute + (relative * Math.Abs(pair.First))).ToList();
        Assert.True(stray.Count <= Math.Max(strayShare > 0 ? 1 : 0, pairs.Count * strayShare), $"{place}: {stray.Count} of {pairs.Count} stray, as {stray.FirstOrDefault()}.");
    }
}
