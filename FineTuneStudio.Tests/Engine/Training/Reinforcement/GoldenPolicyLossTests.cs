using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Training.Reinforcement;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Reinforcement;

/// <summary>Every case of the reference's policy losses: loss, figures and the gradient of every token.</summary>
public sealed class GoldenPolicyLossTests
{
    private const double Tolerance = 1e-5;

    [Fact]
    public void Compute_EveryReferenceCase_GivesItsLossFiguresAndGradient()
    {
        using var scope = TensorScope.Enter();
        var file = SafetensorsFile.Open(SharedData.Golden("reinforcement", "losses", "cases.safetensors"));
        var cases = ReinforcementGolden.Cases("losses");

        Assert.Equal(79, cases.Count);
        Assert.All(cases, reference => Check(new Case(file, reference)));
    }

    private static void Check(Case reference)
    {
        var (loss, figures) = PolicyLoss.Compute(reference.Batch, reference.Options, reference.Step);
        loss.Backward();

        reference.AssertResult("loss", loss.Item());
        reference.AssertResult("mean_ratio", figures.MeanRatio);
        reference.AssertResult("kl", figures.Kl);
        reference.AssertExactly("clip_low_mean", figures.ClippedLow);
        reference.AssertExactly("clip_high_mean", figures.ClippedHigh);
        reference.AssertExactly("clip_region_mean", figures.Clipped);
        reference.AssertExactly("clip_low_min", figures.LeastClippedLow);
        reference.AssertExactly("clip_high_max", figures.MostClippedHigh);
        reference.AssertGradient(reference.Batch.New.Grad!.ToArray<float>());
    }

    /// <summary>A case of the file, its padding taken out.</summary>
    private sealed class Case
    {
        private readonly string _name;
        private readonly JsonElement _results;
        private readonly int[] _places;
        private readonly float[] _gradient;
        private readonly SafetensorsFile _file;

        public Case(SafetensorsFile file, JsonElement reference)
        {
            _file = file;
            _name = reference.GetProperty("name").GetString()!;
            _results = reference.GetProperty("results");
            _gradient = file.Get($"{_name}.grad_new").ToArray<float>();
            var inputs = reference.GetProperty("inputs").GetString()!;
            var options = reference.GetProperty("options");
            Options = ReinforcementGolden.Loss(options);
            var mask = file.Get($"{inputs}.mask");
            var (rows, width) = ((int)mask.Size(0), (int)mask.Size(1));
            var (from, to) = options.TryGetProperty("rows", out var range) && range.ValueKind == JsonValueKind.Array ? (range[0].GetInt32(), range[1].GetInt32()) : (0, rows);
            var learnt = mask.ToArray<long>();
            int[] all = [.. Enumerable.Range(from * width, (to - from) * width).Where(place => learnt[place] == 1)];
            _places = [.. all.Select(place => place - (_gradient.Length == (to - from) * width ? from * width : 0))];

            Tensor Tokens(string name) => Tensor.From<float>(Picked(file.Get($"{inputs}.{name}").ToArray<float>(), all));
            var byToken = options.TryGetProperty("token_advantages", out var flag) && flag.ValueKind == JsonValueKind.True;
            Batch = new PolicyBatch
            {
                Lengths = [.. Enumerable.Range(from, to - from).Select(row => all.Count(place => place / width == row))],
                New = Tokens("new"),
                Old = Tokens("old"),
                Reference = Options.KlWeight > 0 ? Tokens("reference") : null,
                Sampler = Options.Sampler is not null ? Tokens("sampler") : null,
                Advantages = byToken ? Tokens("token_advantages") : Tensor.From<float>(file.Get($"{inputs}.advantages").ToArray<float>().AsSpan(from, to - from)),
                AdvantagesByToken = byToken,
            };
            Batch.New.RequiresGrad = true;

            // A micro-batch is divided by the tokens of its step; its rows are its own in the reference.
            Step = StepSize.Of(Batch) is var own && ReinforcementGolden.Number(options, "num_items_in_batch") is { } tokens ? own with { Tokens = (int)tokens } : own;
        }

        public PolicyBatch Batch { get; }

        public PolicyLossOptions Options { get; }

        public StepSize Step { get; }

        public void AssertResult(string name, double? actual)
        {
            if (Expected(name) is { } expected)
            {
                Assert.True(actual is { } value && Math.Abs(value - expected) <= Tolerance * (1 + Math.Abs(expected)), $"{_name}: {name} is {actual:R}, not {expected:R}.");
            }
        }

        public void AssertExactly(string name, double actual)
        {
            if (Expected(name) is { } expected)
            {
                Assert.True(Math.Abs(actual - expected) < 1e-12, $"{_name}: {name} is {actual:R}, not {expected:R}.");
            }
        }

        public void AssertGradient(float[] actual)
        {
            var expected = Picked(_gradient, _places);
            var allowed = 1e-6 + (1e-5 * _gradient.Max(Math.Abs));
            Assert.Equal(expected.Length, actual.Length);
            Assert.All(expected.Zip(actual), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= allowed, $"{_name}: a gradient is {pair.Second:R}, not {pair.First:R}."));
            Assert.Empty(_gradient.Where((value, place) => value != 0 && !_places.Contains(place)));
            if (Options.Sampler is { } correction)
            {
                var ratios = _file.Get($"{_name}.sampler_ratio");
                var weights = PolicyLoss.SamplerWeights(Batch, new AnswerRows(Batch.Lengths), correction).ToArray<float>();
                var values = ratios.ToArray<float>();
                var width = _gradient.Length / (int)ratios.Size(0);
                Assert.All(weights.Zip(_places), pair => Assert.Equal(values[ratios.Size(1) == 1 ? pair.Second / width : pair.Second], pair.First, Tolerance * (1 + pair.First)));
            }
        }

        private double? Expected(string name) => ReinforcementGolden.Number(_results, name);

        private static float[] Picked(float[] values, int[] places) => [.. places.Select(place => values[place])];
    }
}
