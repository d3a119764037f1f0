using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Training.Reinforcement;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Reinforcement;

/// <summary>The reference's log-probabilities and entropies, and their gradients.</summary>
public sealed class GoldenTokenDistributionTests
{
    // A row of logits beyond 1000 has fewer digits behind the point.
    private const int ShiftedRow = 3;

    [Fact]
    public void Of_EveryReferenceCase_GivesItsNumbersAndGradients()
    {
        using var scope = TensorScope.Enter();
        var file = SafetensorsFile.Open(SharedData.Golden("reinforcement", "entropy", "cases.safetensors"));
        var cases = ReinforcementGolden.Cases("entropy");

        Assert.Equal(3, cases.Count);
        foreach (var reference in cases)
        {
            var name = reference.GetProperty("name").GetString()!;
            var temperature = reference.GetProperty("options").GetProperty("temperature").GetDouble();
            double[] Expected(string field) => [.. reference.GetProperty("results").GetProperty(field).EnumerateArray().Select(value => value.GetDouble())];

            var (logProbabilities, logGradient) = Run(file, temperature, distribution => distribution.LogProbabilities);
            var (entropies, entropyGradient) = Run(file, temperature, distribution => distribution.Entropies);

            AssertRows(Expected("log_probabilities"), logProbabilities);
            AssertRows(Expected("entropies"), entropies);
            AssertGradient(file.Get($"{name}.grad_logp").ToArray<float>(), logGradient);
            AssertGradient(file.Get($"{name}.grad_entropy").ToArray<float>(), entropyGradient);
        }
    }

    private static (float[] Values, float[] Gradient) Run(SafetensorsFile file, double temperature, Func<TokenDistribution, Tensor> pick)
    {
        var logits = file.Get("logits").Clone();
        logits.RequiresGrad = true;
        var values = pick(TokenDistribution.Of(logits, file.Get("labels"), temperature));
        values.Sum().Backward();
        return (values.Detach().ToArray<float>(), logits.Grad!.ToArray<float>());
    }

    private static void AssertRows(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var row = 0; row < actual.Length; row++)
        {
            Assert.Equal(expected[row], actual[row], (row == ShiftedRow ? 2e-4 : 1e-5) * (1 + Math.Abs(expected[row])));
        }
    }

    private static void AssertGradient(float[] expected, float[] actual)
        => Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 2e-4));
}
