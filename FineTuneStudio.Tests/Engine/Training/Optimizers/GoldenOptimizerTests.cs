using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Optimizers;

/// <summary>Ten steps of the reference's optimizers, weight by weight, and the state they end with: every recorded trace.</summary>
public sealed class GoldenOptimizerTests
{
    private const int Steps = 10;

    /// <summary>What the reference calls the parts of a state, and what we call them.</summary>
    private static readonly (string Reference, string Ours)[] States =
    [
        ("exp_avg", "first"), ("exp_avg_sq", "second"), ("momentum_buffer", "momentum"), ("exp_avg_sq_row", "rows"), ("exp_avg_sq_col", "columns"),
    ];

    public static TheoryData<string> Traces => [.. new[]
    {
        "adamw.default", "adamw.no_decay", "adamw.decay", "adamw.betas", "adamw.beta1_zero", "adamw.eps", "adamw.schedule", "adamw.groups",
        "adamw.missing_gradients", "adamw.float64", "adamw.bfloat16", "sgd.plain", "sgd.momentum", "sgd.dampening", "sgd.nesterov",
        "adafactor.relative_step", "adafactor.warmup_init", "adafactor.fixed_rate", "adafactor.scaled_rate", "adafactor.momentum",
        "adafactor.options", "muon.default", "muon.match_rms", "muon.plain_momentum",
    }];

    [Fact]
    public void Traces_OfTheReference_AreAllHere()
        => Assert.Equal(Settings().RootElement.GetProperty("traces").EnumerateArray().Select(Name).Order(), Traces.Select(row => row.Data).Order());

    [Theory]
    [MemberData(nameof(Traces))]
    public void Step_TenTimes_FollowsTheReference(string name)
    {
        using var scope = TensorScope.Enter();
        using var json = Settings();
        var trace = json.RootElement.GetProperty("traces").EnumerateArray().Single(trace => Name(trace) == name);
        var settings = trace.GetProperty("settings");
        var file = SafetensorsFile.Open(SharedData.Golden("optimizers", "traces.safetensors"));
        foreach (var (tensors, group) in Groups(settings, trace.GetProperty("tensors").GetInt32()))
        {
            KeyValuePair<string, Tensor>[] weights = [.. tensors.Select(tensor => KeyValuePair.Create($"{tensor}", file.Get($"{name}.{tensor}.start").Clone()))];
            using var optimizer = Optimizer.Create(weights, Options(name, group));
            for (var step = 0; step < Steps; step++)
            {
                Tensor?[] gradients = [.. tensors.Select(tensor => IsMissing(settings, tensor, step) ? null : file.Get($"{name}.{tensor}.gradients").Select(0, step).Contiguous())];
                optimizer.Step(gradients, Rate(group, step), gradientScale: 1);
                for (var index = 0; index < tensors.Length; index++)
                {
                    AssertClose(file.Get($"{name}.{tensors[index]}.trace").Select(0, step), weights[index].Value, Tolerance(trace, step), $"{name}.{tensors[index]}, step {step}");
                }
            }

            foreach (var tensor in tensors)
            {
                AssertState(file, $"{name}.{tensor}.final", optimizer.State.ToDictionary(), $"{tensor}", trace);
            }
        }
    }

    private static JsonDocument Settings() => JsonDocument.Parse(File.ReadAllText(SharedData.Golden("optimizers", "traces.json")));

    private static string Name(JsonElement trace) => trace.GetProperty("name").GetString()!;

    // Muon's products are in bfloat16, so it may stray a little further with each step; its momentum may not.
    private static (double Relative, double Absolute) Tolerance(JsonElement trace, int step)
        => trace.TryGetProperty("absoluteTolerancePerStep", out var each)
            ? (0, each.GetDouble() * (step + 1))
            : (trace.GetProperty("relativeTolerance").GetDouble(), trace.GetProperty("absoluteTolerance").GetDouble());

    private static void AssertState(SafetensorsFile file, string prefix, Dictionary<string, Tensor> state, string weight, JsonElement trace)
    {
        var compared = 0;
        foreach (var (reference, ours) in States)
        {
            if (file.Header.Entries.ContainsKey($"{prefix}.{reference}"))
            {
                var tolerance = trace.TryGetProperty("relativeTolerance", out var relative) ? relative.GetDouble() : 2e-6;
                AssertClose(file.Get($"{prefix}.{reference}"), state[$"{weight}.{ours}"], (tolerance, tolerance), $"{prefix}.{reference}");
                compared++;
            }
        }

        Assert.Equal(state.Keys.Count(key => key.StartsWith($"{weight}.", StringComparison.Ordinal)), compared);
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

    // Where a trace says nothing, the reference's own default counts, which is not always ours.
    private static OptimizerOptions Options(string name, JsonElement settings)
    {
        double Number(string field, double other) => settings.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : other;
        bool Flag(string field, bool other) => settings.TryGetProperty(field, out var value) ? value.GetBoolean() : other;
        double[] Numbers(string field, double[] other)
            => settings.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(number => number.GetDouble())] : other;
        var kind = name.Split('.')[0];
        var betas = Numbers("betas", [0.9, 0.999]);
        var epsilons = Numbers("eps", [1e-30, 1e-3]);
        return new OptimizerOptions
        {
            Kind = Enum.Parse<OptimizerKind>(kind, ignoreCase: true),
            Beta1 = betas[0],
            Beta2 = betas[1],
            Epsilon = Number("eps", 1e-8),
            WeightDecay = Number("weight_decay", kind switch { "adamw" => 0.01, "muon" => 0.1, _ => 0 }),
            Sgd = new SgdOptions { Momentum = Number("momentum", 0), Dampening = Number("dampening", 0), Nesterov = Flag("nesterov", false) },
            Muon = new MuonOptions
            {
                Momentum = Number("momentum", 0.95),
                Nesterov = Flag("nesterov", true),
                NewtonSchulzSteps = (int)Number("ns_steps", 5),
                MatchAdamW = settings.TryGetProperty("adjust_lr_fn", out _),
            },
            Adafactor = new AdafactorOptions
            {
                RelativeStep = Flag("relative_step", true),
                WarmupInit = Flag("warmup_init", false),
                ScaleParameter = Flag("scale_parameter", true),
                ClipThreshold = Number("clip_threshold", 1),
                DecayRate = Number("decay_rate", -0.8),
                Beta1 = Number("beta1", 0),
                Epsilon = epsilons[0],
                SmallestScale = epsilons[1],
            },
        };
    }

    private static double Rate(JsonElement settings, int step)
        => settings.TryGetProperty("lr_by_step", out var rates) ? rates[step].GetDouble()
            : settings.GetProperty("lr") is { ValueKind: JsonValueKind.Number } rate ? rate.GetDouble() : double.NaN;

    private static bool IsMissing(JsonElement settings, int tensor, int step)
        => settings.TryGetProperty("no_gradient_at", out var missing)
            && missing.EnumerateArray().Any(place => place[0].GetInt32() == tensor && place[1].GetInt32() == step);

    private static void AssertClose(Tensor expected, Tensor actual, (double Relative, double Absolute) tolerance, string place)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        foreach (var (reference, ours) in expected.To(DType.Float64).Contiguous().ToArray<double>().Zip(actual.Detach().To(DType.Float64).ToArray<double>()))
        {
            Assert.True(Math.Abs(ours - reference) <= tolerance.Absolute + (tolerance.Relative * Math.Abs(reference)), $"{place}: {ours:R} is not {reference:R}.");
        }
    }
}
