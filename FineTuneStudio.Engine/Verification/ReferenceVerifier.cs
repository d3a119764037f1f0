using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Experts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Training.Sft;

namespace FineTuneStudio.Engine.Verification;

/// <summary>Runs a model on a reference implementation's inputs and compares every number the file holds.</summary>
public static class ReferenceVerifier
{
    /// <summary>What fp32 engines that compute the same differ by at most.</summary>
    public const double DefaultTolerance = 2e-4;

    /// <summary>Compares a model with reference numbers.</summary>
    /// <param name="model">With its adapter, where the numbers are of one.</param>
    /// <param name="referencePath">Safetensors with <c>input_ids</c>, <c>attention_mask</c>, <c>logits</c>; further tensors are compared where they are there.</param>
    /// <param name="tolerance">Largest difference accepted in a logit.</param>
    /// <exception cref="UserErrorException">The file lacks what is needed, or is of another model.</exception>
    public static VerificationReport Verify(CausalModel model, string referencePath, double tolerance = DefaultTolerance)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var file = SafetensorsFile.Open(referencePath);
        using var batch = ReferenceBatch.Read(file, device: model.Device);
        Check(model, file, batch);

        double? hiddenDifference = null;
        var routers = new RouterComparison(file, batch, model.Config.Experts);
        using var balance = new LoadBalance();
        var context = new PackedAttentionContext(batch.Tokens)
        {
            RoutingGiven = routers.Given,
            RoutingObserved = routers.Observe,
            Balance = balance,
            HiddenObserved = (layer, hidden) =>
            {
                if (file.Contains($"hidden.{layer}"))
                {
                    hiddenDifference = Math.Max(hiddenDifference ?? 0, Difference(hidden, batch.Select(file.Get($"hidden.{layer}"))));
                }
            },
        };
        var hidden = model.Hidden(batch.Tokens, context);
        var logits = batch.Select(file.Get("logits"));
        var difference = Difference(model.Head.Logits(hidden), logits);
        return new VerificationReport
        {
            Tokens = batch.Tokens.Tokens,
            Tolerance = tolerance,
            LogitsAbsolute = difference,
            LogitsRelative = difference / logits.Abs().Max().Item(),
            HiddenAbsolute = hiddenDifference,
            LogProbabilitiesAbsolute = LogProbabilities(model, file, batch, hidden),
            Loss = batch.LearntTokens > 0 ? SftLoss.OfHidden(model, hidden, batch.Learning).Item() / batch.LearntTokens : null,
            ReferenceLoss = ReferenceFigure(file, routers.Given is null ? "loss" : "replay.loss"),
            RoutesDiffering = routers.Differing,
            RoutersAbsolute = routers.Absolute,
            Balance = model.Config.Experts > 0 ? balance.Close(0) : null,
            ReferenceBalance = routers.Given is null ? ReferenceFigure(file, "router_aux_loss") : null,
            Greedy = [.. GreedyMatches(model, file)],
        };
    }

    /// <summary>Largest difference between two tensors of one shape; NaN counts as infinite.</summary>
    internal static double Difference(Tensor ours, Tensor reference)
    {
        using var scope = TensorScope.Enter();
        if (!ours.Shape.SequenceEqual(reference.Shape))
        {
            throw new ArgumentException($"{ours} and {reference} cannot be compared.");
        }

        var difference = (ours.To(DType.Float32).To(reference.Device) - reference.To(DType.Float32)).Abs().Max().Item();
        return double.IsNaN(difference) ? double.PositiveInfinity : difference;
    }

    private static void Check(CausalModel model, SafetensorsFile file, ReferenceBatch batch)
    {
        long[] expected = [batch.Rows, batch.Width, model.Config.VocabularySize];
        var shape = file.Header.Entries.TryGetValue("logits", out var logits) ? logits.ShapeText : "absent";
        if (logits is null || !logits.Shape.SequenceEqual(expected))
        {
            throw new UserErrorException(file.Header.Path, $"logits are {shape}; this model and batch make them [{string.Join(", ", expected)}]. Is the reference of another model?");
        }

        if (batch.Tokens.LargestId >= model.Config.VocabularySize)
        {
            throw new UserErrorException(file.Header.Path, $"input_ids holds the token {batch.Tokens.LargestId}; the model has {model.Config.VocabularySize}.");
        }
    }

    private static double? LogProbabilities(CausalModel model, SafetensorsFile file, ReferenceBatch batch, Tensor hidden)
    {
        if (!file.Contains("token_logprobs"))
        {
            return null;
        }

        // Of every token but each row's last: the one that follows it.
        var starts = batch.Tokens.SequenceStarts;
        var positions = Enumerable.Range(0, batch.Tokens.Tokens).Where(token => !starts.Contains(token + 1)).Select(token => (long)token).ToArray();
        var targets = batch.Tokens.Ids.IndexSelect(0, Tensor.From<long>([.. positions.Select(position => position + 1)]).To(model.Device));
        var index = Tensor.From<long>(positions).To(model.Device);
        var ours = model.Head.LogProbabilities(hidden.IndexSelect(0, index), targets);

        // The reference has one column less than the batch is wide.
        var places = batch.Places.ToArray<long>();
        var narrow = Tensor.From<long>([.. positions.Select(position => places[position] - (places[position] / batch.Width))]);
        return Difference(ours, file.Get("token_logprobs").Reshape(-1).IndexSelect(0, narrow));
    }

    // In the file itself, or in reference.json beside it.
    private static double? ReferenceFigure(SafetensorsFile file, string name)
    {
        if (file.Contains(name))
        {
            return file.Get(name).Sum().Item();
        }

        var beside = Path.Combine(Path.GetDirectoryName(file.Header.Path)!, "reference.json");
        if (!File.Exists(beside))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(beside));
            return document.RootElement.TryGetProperty(name, out var figure) ? figure.GetDouble() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new UserErrorException(beside, $"The reference's {name} cannot be read: {exception.Message}");
        }
    }

    private static IEnumerable<GreedyMatch> GreedyMatches(CausalModel model, SafetensorsFile file)
    {
        for (var index = 0; file.Contains($"greedy.{index}.prompt"); index++)
        {
            var prompt = ReferenceBatch.ReadInts(file, $"greedy.{index}.prompt", out _);
            var expected = ReferenceBatch.ReadInts(file, $"greedy.{index}.tokens", out _);
            var options = new SamplingOptions { Temperature = 0, MaxTokens = expected.Length };
            var ours = new TokenGenerator(model, stopIds: []).Generate([new TokenRequest(prompt, options)], null, CancellationToken.None)[0][0].Ids;
            yield return new GreedyMatch(index, expected.Length, ours.Zip(expected).TakeWhile(pair => pair.First == pair.Second).Count());
        }
    }
}
