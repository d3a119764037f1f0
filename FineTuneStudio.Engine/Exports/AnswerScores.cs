using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Exports;

/// <summary>Scores that a model gives along a few texts: a prompt and a greedy answer to it.</summary>
/// <remarks>Owns the scores. The same texts are scored by both models, so that one early difference does not make all that follows differ.</remarks>
internal sealed class AnswerScores : IDisposable
{
    private const int AnswerTokens = 16;

    // The end of the prompt and the whole answer: at V = 150,000 a place takes 0.6 MB.
    private const int PlacesOfText = 32;

    private readonly List<Tensor> _logits = [];

    private AnswerScores(IReadOnlyList<int[]> texts)
    {
        Texts = texts;
    }

    /// <summary>Ids of each text.</summary>
    public IReadOnlyList<int[]> Texts { get; }

    /// <summary>Places scored.</summary>
    public int Places => (int)_logits.Sum(tensor => tensor.Size(0));

    /// <summary>Answers prompts greedily and scores prompts and answers.</summary>
    public static AnswerScores OfAnswers(CausalModel model, IReadOnlyList<int[]> prompts, CancellationToken cancellationToken)
    {
        var options = new SamplingOptions { Temperature = 0, MaxTokens = AnswerTokens };
        var answers = new TokenGenerator(model, stopIds: []).Generate([.. prompts.Select(prompt => new TokenRequest(prompt, options))], onToken: null, cancellationToken);
        return Of(model, [.. prompts.Zip(answers, (prompt, answer) => (int[])[.. prompt, .. answer[0].Ids])], cancellationToken);
    }

    /// <summary>Scores texts.</summary>
    public static AnswerScores Of(CausalModel model, IReadOnlyList<int[]> texts, CancellationToken cancellationToken)
    {
        var scores = new AnswerScores(texts);
        try
        {
            foreach (var text in texts)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var off = GradMode.Off();
                using var scope = TensorScope.Enter();
                using var batch = TokenBatch.FromSequences([text], model.Device);
                var hidden = model.Hidden(batch, new PackedAttentionContext(batch));
                var places = Math.Min(PlacesOfText, text.Length);
                scores._logits.Add(model.Head.Logits(hidden.Narrow(0, text.Length - places, places), wide: true).To(DType.Float32).Own());
            }

            return scores;
        }
        catch
        {
            scores.Dispose();
            throw;
        }
    }

    /// <summary>How far another model's scores of the same texts are off.</summary>
    /// <returns>Largest difference of a logit, mean divergence in nats, share of places with the same likeliest token.</returns>
    public (double LargestDifference, double MeanDivergence, double Agreement) CompareWith(AnswerScores other)
    {
        var (largest, divergence, agreed) = (0.0, 0.0, 0.0);
        foreach (var (ours, theirs) in _logits.Zip(other._logits))
        {
            using var off = GradMode.Off();
            using var scope = TensorScope.Enter();
            var difference = (ours - theirs).Abs().Max().Item();
            largest = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(largest, difference);
            var (p, q) = (ours.LogSoftmax(1), theirs.LogSoftmax(1));
            divergence += (p.Exp() * (p - q)).Sum().Item();
            agreed += ours.ArgMax(1).ToArray<long>().Zip(theirs.ArgMax(1).ToArray<long>(), (first, second) => first == second ? 1 : 0).Sum();
        }

        // Rounding can leave a sum of nothing a hair below it.
        return (largest, Math.Max(0, divergence / Places), agreed / Places);
    }

    /// <inheritdoc/>
    public void Dispose() => _logits.ForEach(tensor => tensor.Dispose());
}
