using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Exports;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Sft;
using Xunit;

namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>Holds the engine against the reference.</summary>
internal static class UnseenChecks
{
    // Single precision against double, relative to the largest logit.
    private const double Tolerance = 1e-4;

    // A sum that lies half way between two numbers of 16 bits may go to either.
    private const double RoundedTolerance = 2e-3;

    // Of a derivative along a random direction, relative to the gradient's norm.
    private const double SlopeTolerance = 2e-3;
    private const double Step = 1e-5;
    private const int LearntTokens = 12;

    /// <summary>The same scores and the same loss, all sequences in one batch and each alone.</summary>
    public static void Logits(CausalModel model, ReferenceTransformer reference, int[][] sequences, double tolerance = Tolerance)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var expected = Array.ConvertAll(sequences, reference.Logits);
        using var batch = TokenBatch.FromSequences(sequences);
        var together = Scores(model, batch);
        AssertClose([.. expected.SelectMany(rows => rows)], together, tolerance, "in one batch");
        for (var index = 0; index < sequences.Length; index++)
        {
            using var alone = TokenBatch.FromSequences([sequences[index]]);
            AssertClose(expected[index], Scores(model, alone), tolerance, $"sequence {index} alone");
        }

        var losses = sequences.Zip(expected).Where(pair => pair.First.Length > 1).Select(pair => (pair.First.Length - 1) * Loss(pair.Second, pair.First));
        using var learning = Learning(sequences);
        var sum = SftLoss.Sum(model, learning).Item();
        Assert.Equal(losses.Sum(), sum, tolerance * (1 + Math.Abs(sum)));
        Scores(model, learning, [.. expected.SelectMany(rows => rows)], tolerance);
    }

    /// <summary>What reinforcement reads of drawn tokens: log-probabilities and entropies at a temperature.</summary>
    private static void Scores(CausalModel model, MicroBatch learning, double[][] logits, double tolerance)
    {
        const double temperature = 0.7;
        var hidden = model.Hidden(learning.Tokens, new PackedAttentionContext(learning.Tokens)).IndexSelect(0, learning.Positions);
        var found = model.Head.Score(hidden, learning.Targets, temperature, slopes: false);
        var (probabilities, entropies, targets) = (found.LogProbabilities.ToArray<double>(), found.Entropies.ToArray<double>(), learning.Targets.ToArray<long>());
        var largest = logits.Max(row => row.Max(value => Math.Abs(value)));
        foreach (var (index, position) in learning.Positions.ToArray<long>().Index())
        {
            var shares = ReferenceMath.Softmax(Array.ConvertAll(logits[position], logit => logit / temperature));
            Assert.Equal(Math.Log(shares[targets[index]]), probabilities[index], 3 * tolerance * (1 + largest));
            Assert.Equal(-shares.Sum(share => share * Math.Log(share)), entropies[index], 3 * tolerance * (1 + largest));
        }
    }

    /// <summary>Greedy answers from the cache: at each step the reference has no better token.</summary>
    public static void Answers(CausalModel model, ReferenceTransformer reference, int[][] prompts, double tolerance = Tolerance)
    {
        var requests = prompts.Select(prompt => new TokenRequest(prompt, new SamplingOptions { Temperature = 0, MaxTokens = 10 }) { Answers = 2 }).ToList();
        var answers = new TokenGenerator(model, stopIds: []).Generate(requests, null, TestContext.Current.CancellationToken);
        for (var index = 0; index < prompts.Length; index++)
        {
            Assert.Equal(answers[index][0].Ids, answers[index][1].Ids);
            int[] whole = [.. prompts[index], .. answers[index][0].Ids];
            var logits = reference.DependsOnLength ? null : reference.Logits(whole);
            for (var position = prompts[index].Length; position < whole.Length; position++)
            {
                var scores = logits?[position - 1] ?? reference.Logits(whole[..position])[^1];
                Assert.InRange(scores.Max() - scores[whole[position]], 0, 4 * tolerance * (1 + scores.Max(value => Math.Abs(value))));
            }
        }
    }

    /// <summary>Every weight's gradient, along a random direction.</summary>
    public static void Gradients(MadeUpModel made, int most)
    {
        using var model = CausalModel.Load(made.Path, Precision.Fp32, trainable: true);
        var ids = made.Sequences[0][..LearntTokens];
        Backward(model, ids, checkpointing: false);
        var reference = new ReferenceTransformer(made.Reference.Config, made.Reference.Weights.Copy());
        foreach (var (name, parameter) in Some(model.Parameters, most))
        {
            // bf16 files are trained from what they hold.
            var own = reference.Weights.All[name].Values;
            AssertSlope(name, parameter, own, changed =>
            {
                reference.Weights.Replace(name, changed);
                return reference.Loss(ids);
            });
            reference.Weights.Replace(name, own);
        }
    }

    /// <summary>An adapter on everything: beside the weights, its gradients, computed again in the backward pass, saved and loaded, and merged.</summary>
    /// <param name="made">The folder.</param>
    /// <param name="most">How many of the adapter's tensors, at most.</param>
    /// <param name="quantization">How the base is kept.</param>
    /// <param name="reference">What it then computes; <see langword="null"/> is the folder's own.</param>
    public static void Adapter(MadeUpModel made, int most, Quantization? quantization = null, ReferenceTransformer? reference = null)
    {
        reference ??= made.Reference;
        using var model = CausalModel.Load(made.Path, Precision.Fp32, quantization: quantization);
        string[] targets = model.Config.Experts > 0 ? [LoraOptions.AllLinear, LoraOptions.Experts] : [LoraOptions.AllLinear];
        using var adapter = LearntAdapter.Create(model.Linears, new LoraOptions { Rank = 3, Alpha = 5, Targets = targets }, deviation: 0.3, seed: 5);

        using var view = model.WithAdapter(adapter);
        var merged = ReferenceAdapter.Merged(reference, adapter);
        Logits(view, merged, made.Sequences);
        if (!made.KeepsOldTurns)
        {
            Answers(view, merged, made.Sequences);
        }

        Saved(made, model, adapter);

        adapter.SetTrainable(true);
        var ids = made.Sequences[0][..LearntTokens];
        Backward(view, ids, checkpointing: false);
        var plain = adapter.Parameters.ToDictionary(pair => pair.Key, pair => pair.Value.Grad!.ToArray<double>());
        foreach (var (name, parameter) in Some(adapter.Parameters, most))
        {
            AssertSlope(name, parameter, parameter.ToArray<double>(), changed => ReferenceAdapter.Merged(reference, adapter, new Dictionary<string, double[]> { [name] = changed }).Loss(ids));
        }

        foreach (var (_, parameter) in adapter.Parameters)
        {
            parameter.Grad = null;
        }

        Backward(view, ids, checkpointing: true);
        foreach (var (name, parameter) in adapter.Parameters)
        {
            var (largest, again) = (plain[name].Max(value => Math.Abs(value)), parameter.Grad!.ToArray<double>());
            Assert.True(plain[name].Zip(again).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-5 * (largest + 1e-6)), $"{name} differs when layers are computed again.");
        }
    }

    /// <summary>DoRA with magnitudes of its own, whole and token by token; PiSSA, which begins as the base.</summary>
    public static void OtherAdapters(MadeUpModel made)
    {
        using var model = CausalModel.Load(made.Path, Precision.Fp32);
        using var generator = new RandomGenerator(7);
        var options = new LoraOptions { Rank = 2, Targets = [LoraOptions.AllLinear] };
        using (var adapter = AdapterSet.Create(model.Linears, options with { Dora = true }, seed: 8, weights: model.WeightOf))
        using (var view = model.WithAdapter(adapter))
        {
            foreach (var pair in adapter.Adapters.Values)
            {
                pair.B.FillNormal(0, 0.3, generator);
                pair.Magnitude!.FillUniform(0.5, 1.5, generator);
            }

            var reference = ReferenceAdapter.Merged(made.Reference, adapter);
            Logits(view, reference, made.Sequences);
            if (!made.KeepsOldTurns)
            {
                Answers(view, reference, made.Sequences);
            }
        }

        using var principal = AdapterSet.Create(model.Linears, options with { Initialization = LoraInitialization.Pissa }, seed: 9, weights: model.WeightOf);
        using var begun = model.WithAdapter(principal);
        Logits(begun, made.Reference, made.Sequences, tolerance: 5 * Tolerance);
    }

    /// <summary>What the engine packs itself is what the packed reference computes, and what an answer reads from the few bits.</summary>
    public static void Packed(MadeUpModel made, Quantization quantization)
    {
        using var model = CausalModel.Load(made.Path, Precision.Fp32, quantization: quantization);
        var reference = ReferencePacking.Packed(made.Reference, quantization == Quantization.Nf4);
        Logits(model, reference, made.Sequences);
        if (!made.KeepsOldTurns)
        {
            Answers(model, reference, made.Sequences);
        }

        Adapter(made, most: 2, quantization, reference);
    }

    /// <summary>A folder in a published layout: its numbers, and its few bits as they are, alone and beside an adapter.</summary>
    public static void Published(MadeUpModel made)
    {
        using (var whole = CausalModel.Load(made.Path, Precision.Fp32))
        {
            Logits(whole, made.Reference, made.Sequences);
        }

        using var model = CausalModel.Load(made.Path, Precision.Fp32, quantization: Quantization.None);
        Logits(model, made.Reference, made.Sequences);
        Answers(model, made.Reference, made.Sequences);
        Adapter(made, most: 4, Quantization.None);
    }

    /// <summary>bfloat16 has three digits, and near ties among experts may fall otherwise: the loss stays about what it is.</summary>
    public static void HalfPrecision(MadeUpModel made)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        using var model = CausalModel.Load(made.Path, Precision.Bf16);
        using var learning = Learning([made.Sequences[0]]);
        var expected = made.Reference.Loss(made.Sequences[0]);
        Assert.Equal(expected, SftLoss.Sum(model, learning).Item() / (made.Sequences[0].Length - 1), 0.06 * (1 + expected));
    }

    private static void Saved(MadeUpModel made, CausalModel model, AdapterSet adapter)
    {
        using var folder = new TemporaryFolder();
        adapter.Save(folder.At("adapter"), "base");
        using var loaded = AdapterSet.Load(folder.At("adapter"), model.Linears);
        Assert.Equal(adapter.Parameters.Select(pair => pair.Key), loaded.Parameters.Select(pair => pair.Key));
        Assert.All(adapter.Parameters.Zip(loaded.Parameters), pair => Assert.True(pair.First.Value.HasSameElements(pair.Second.Value), pair.First.Key));

        // In small pieces and shards; numbers are rounded to the type that the folder has them in.
        MergedModel.Write(made.Path, adapter, folder.At("merged"), progress: null, pieceBytes: 4_000, shardBytes: 100_000, TestContext.Current.CancellationToken);
        using var merged = CausalModel.Load(folder.At("merged"), Precision.Fp32);
        var reference = ReferenceAdapter.Merged(made.Reference, adapter);
        Logits(merged, new ReferenceTransformer(reference.Config, reference.Weights.Rounded()), [made.Sequences[0]], RoundedTolerance);
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Some(IReadOnlyList<KeyValuePair<string, Tensor>> parameters, int most)
        => parameters.Count <= most ? parameters : new Random(parameters.Count).GetItems([.. parameters], most).Distinct();

    private static void Backward(CausalModel model, int[] ids, bool checkpointing)
    {
        using var scope = TensorScope.Enter();
        using var learning = Learning([ids]);
        (SftLoss.Sum(model, learning, checkpointing: checkpointing) / (ids.Length - 1)).Backward();
    }

    private static void AssertSlope(string name, Tensor parameter, double[] own, Func<double[], double> loss)
    {
        var random = new Random(own.Length);
        var direction = Array.ConvertAll(own, _ => random.NextDouble() < 0.5 ? -1.0 : 1.0);
        double At(double step) => loss([.. own.Zip(direction, (value, way) => value + (step * way))]);
        var gradient = parameter.Grad?.ToArray<double>() ?? new double[own.Length];
        var norm = Math.Sqrt(gradient.Sum(value => value * value));

        // An expert that no token goes to has zeros.
        var (analytic, numeric) = (gradient.Zip(direction, (slope, way) => slope * way).Sum(), (At(Step) - At(-Step)) / (2 * Step));
        Assert.True(Math.Abs(analytic - numeric) <= (SlopeTolerance * norm) + 1e-6, $"{name}: the gradient says {analytic}, the loss {numeric}.");
    }

    private static MicroBatch Learning(int[][] sequences)
    {
        var (positions, targets, start) = (new List<long>(), new List<long>(), 0);
        foreach (var sequence in sequences)
        {
            positions.AddRange(Enumerable.Range(start, sequence.Length - 1).Select(position => (long)position));
            targets.AddRange(sequence.Skip(1).Select(id => (long)id));
            start += sequence.Length;
        }

        using var scope = TensorScope.Enter();
        return new MicroBatch(TokenBatch.FromSequences(sequences), Tensor.From<long>([.. positions]).Own(), Tensor.From<long>([.. targets]).Own(), weights: null);
    }

    private static double Loss(double[][] logits, int[] ids)
        => Enumerable.Range(1, ids.Length - 1).Average(position => -Math.Log(ReferenceMath.Softmax(logits[position - 1])[ids[position]]));

    private static double[] Scores(CausalModel model, TokenBatch batch)
        => model.Head.Logits(model.Hidden(batch, new PackedAttentionContext(batch))).ToArray<double>();

    private static void AssertClose(double[][] expected, double[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length * expected[0].Length, actual.Length);
        var largest = expected.Max(row => row.Max(value => Math.Abs(value)));
        for (var index = 0; index < actual.Length; index++)
        {
            var (row, column) = (index / expected[0].Length, index % expected[0].Length);
            var difference = Math.Abs(expected[row][column] - actual[index]);
            Assert.True(difference <= tolerance * (1 + largest), $"{what}: logit {column} of token {row} is {actual[index]}, not {expected[row][column]}.");
        }
    }
}
