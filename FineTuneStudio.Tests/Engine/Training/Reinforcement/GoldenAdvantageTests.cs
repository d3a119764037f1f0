using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Training.Reinforcement;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Reinforcement;

/// <summary>Every case of the reference's advantages and of its punishment of long answers.</summary>
public sealed class GoldenAdvantageTests
{
    private const double Tolerance = 1e-9;

    [Fact]
    public void Compute_EveryReferenceCase_GivesItsAdvantages()
    {
        using var scope = TensorScope.Enter();
        var file = SafetensorsFile.Open(SharedData.Golden("reinforcement", "advantages", "cases.safetensors"));
        var cases = ReinforcementGolden.Cases("advantages");

        Assert.Equal(48, cases.Count);
        foreach (var reference in cases)
        {
            var name = reference.GetProperty("name").GetString()!;
            var options = reference.GetProperty("options");
            var results = reference.GetProperty("results");
            var parts = Parts(file.Get($"{name}.rewards"));
            double[] weights = [.. options.GetProperty("reward_weights").EnumerateArray().Select(weight => weight.GetDouble())];

            var advantages = Advantages.Compute(parts, weights, options.GetProperty("group_size").GetInt32(), Scale(options));

            double[] expected = [.. results.GetProperty("advantages").EnumerateArray().Select(value => value.GetDouble())];
            Assert.All(expected.Zip(advantages.Values), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
            Assert.Equal(results.GetProperty("reward_mean").GetDouble(), advantages.Mean, Tolerance);
            Assert.Equal(results.GetProperty("reward_std").GetDouble(), advantages.Deviation, Tolerance);

            // Scaled by the step, the reference looks at the step's deviation; here a group that teaches nothing is counted in any case.
            if (Scale(options) != AdvantageScale.Batch)
            {
                Assert.Equal(results.GetProperty("frac_reward_zero_std").GetDouble(), advantages.ZeroVarianceShare, Tolerance);
            }
        }
    }

    [Fact]
    public void OverlongPenalty_EveryReferenceCase_GivesItsRewards()
    {
        var cases = ReinforcementGolden.Cases("shaping");

        Assert.Equal(3, cases.Count);
        foreach (var reference in cases)
        {
            var options = reference.GetProperty("options");
            var (longest, cache) = (options.GetProperty("max_completion_length").GetInt32(), options.GetProperty("soft_punish_cache").GetInt32());
            double[] expected = [.. reference.GetProperty("results").GetProperty("rewards").EnumerateArray().Select(reward => reward.GetDouble())];

            Assert.Equal(expected, reference.GetProperty("lengths").EnumerateArray().Select(length => OverlongPenalty.Of(length.GetInt32(), longest, cache)));
        }
    }

    private static AdvantageScale Scale(JsonElement options)
    {
        if (options.GetProperty("algorithm").GetString() == "rloo")
        {
            return options.GetProperty("normalize_advantages").GetBoolean() ? AdvantageScale.OthersMeanNormalised : AdvantageScale.OthersMean;
        }

        return options.GetProperty("multi_objective_aggregation").GetString() == "normalize_then_sum"
            ? AdvantageScale.Parts
            : options.GetProperty("scale_rewards").GetString() switch
            {
                "group" => AdvantageScale.Group,
                "batch" => AdvantageScale.Batch,
                _ => AdvantageScale.None,
            };
    }

    private static double[,] Parts(Tensor rewards)
    {
        var values = rewards.ToArray<float>();
        var parts = new double[rewards.Size(0), rewards.Size(1)];
        for (var index = 0; index < values.Length; index++)
        {
            parts[index / parts.GetLength(1), index % parts.GetLength(1)] = values[index];
        }

        return parts;
    }
}
