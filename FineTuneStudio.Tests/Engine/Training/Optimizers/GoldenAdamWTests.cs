using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Optimizers;

/// <summary>Ten steps of PyTorch's AdamW, weight by weight. The float64 and bfloat16 traces have no counterpart: masters are fp32.</summary>
public sealed class GoldenAdamWTests
{
    private const int Steps = 10;

    [Theory]
    [InlineData("adamw.default")]
    [InlineData("adamw.no_decay")]
    [InlineData("adamw.decay")]
    [InlineData("adamw.betas")]
    [InlineData("adamw.beta1_zero")]
    [InlineData("adamw.eps")]
    [InlineData("adamw.schedule")]
    [InlineData("adamw.groups")]
    [InlineData("adamw.missing_gradients")]
    public void Step_TenTimes_FollowsTheReference(string name)
    {
        using var scope = TensorScope.Enter();
        using var json = JsonDocument.Parse(File.ReadAllText(SharedData.Golden("optimizers", "traces.json")));
        var trace = json.RootElement.GetProperty("traces").EnumerateArray().Single(trace => trace.GetProperty("name").GetString() == name);
        var settings = trace.GetProperty("settings");
        var file = SafetensorsFile.Open(SharedData.Golden("optimizers", "traces.safetensors"));
        var tolerance = trace.GetProperty("relativeTolerance").GetDouble();
        foreach (var (tensors, group) in Groups(settings, trace.GetProperty("tensors").GetInt32()))
        {
            KeyValuePair<string, Tensor>[] weights = [.. tensors.Select(tensor => KeyValuePair.Create($"{tensor}", file.Get($"{name}.{tensor}.start").Clone()))];
            using var optimizer = new AdamW(weights, Options(group));
            for (var step = 0; step < Steps; step++)
            {
                Tensor?[] gradients = [.. tensors.Select(tensor => IsMissing(settings, tensor, step) ? null : file.Get($"{name}.{tensor}.gradients").Select(0, step).Contiguous())];
                optimizer.Step(gradients, Rate(group, step), gradientScale: 1);
                for (var index = 0; index < tensors.Length; index++)
                {
                    AssertClose(file.Get($"{name}.{tensors[index]}.trace").Select(0, step), weights[index].Value, tolerance, $"{name}.{tensors[index]}, step {step}");
                }
            }
        }
    }

    private static IEnumerable<(int[] Tensors, JsonElement Settings)> Groups(JsonElement settings, int tensors)
    {
        if (!settings.TryGetProperty("groups", out var groups))
        {
            yield return ([.. Enumerable.Range(0, tensors)], settings);
            yield break;
        }

        foreach (var group in groups.EnumerateArray())
        {
            yield return ([.. group.GetProperty("tensors").EnumerateArray().Select(tensor => tensor.GetInt32())], group);
        }
    }

    private static OptimizerOptions Options(JsonElement settings)
    {
        var betas = settings.TryGetProperty("betas", out var given) ? given.EnumerateArray().Select(beta => beta.GetDouble()).ToArray() : [0.9, 0.999];
        return new OptimizerOptions
        {
            Beta1 = betas[0],
            Beta2 = betas[1],
            Epsilon = settings.TryGetProperty("eps", out var epsilon) ? epsilon.GetDouble() : 1e-8,
            WeightDecay = settings.GetProperty("weight_decay").GetDouble(),
        };
    }

    private static double Rate(JsonElement settings, int step)
        => settings.TryGetProperty("lr_by_step", out var rates) ? rates[step].GetDouble() : settings.GetProperty("lr").GetDouble();

    private static bool IsMissing(JsonElement settings, int tensor, int step)
        => settings.TryGetProperty("no_gradient_at", out var missing)
            && missing.EnumerateArray().Any(place => place[0].GetInt32() == tensor && place[1].GetInt32() == step);

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance, string place)
    {
        foreach (var (reference, ours) in expected.ToArray<float>().Zip(actual.ToArray<float>()))
        {
            Assert.True(Math.Abs(ours - reference) <= tolerance + (tolerance * Math.Abs(reference)), $"{place}: {ours:R} is not {reference:R}.");
        }
    }
}
