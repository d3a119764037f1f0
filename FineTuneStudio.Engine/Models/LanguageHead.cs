using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models;

/// <summary>From normed hidden states to scores of the vocabulary: the product, the factor and the bound that a family puts on them.</summary>
/// <remarks>A view for one pass: an adapter on the head is merged into <see cref="Weight"/> when it is asked for.</remarks>
public sealed class LanguageHead
{
    private readonly double _scale;
    private readonly double? _softCap;

    internal LanguageHead(Tensor weight, double scale, double? softCap)
    {
        Weight = weight;
        _scale = scale;
        _softCap = softCap;
    }

    /// <summary>The matrix, in the type of activations. <c>[V, D]</c></summary>
    public Tensor Weight { get; }

    /// <summary>Whether scores are bounded, so that a factor on hidden states is none on scores.</summary>
    public bool IsBounded => _softCap is not null;

    /// <summary>Scores of every token of the vocabulary.</summary>
    /// <param name="hidden">Normed; select the rows that are needed first. <c>[n, D]</c></param>
    /// <param name="wide">Return fp32 whatever the type of activations.</param>
    /// <returns><c>[n, V]</c></returns>
    public Tensor Logits(Tensor hidden, bool wide = false)
    {
        using var scope = TensorScope.Enter();
        var logits = SmallBatchLinear.Apply(Scaled(hidden), Weight, wide: wide);
        return scope.Keep(_softCap is { } cap ? (logits / cap).Tanh() * cap : logits);
    }

    /// <summary>Summed negative log-likelihood of the targets, differentiable; the logits of all tokens never exist at once.</summary>
    /// <param name="hidden">Normed hidden states of the learnt positions only. <c>[n, D]</c></param>
    /// <param name="targets">The token that follows each. <c>[n]</c>, Int64</param>
    /// <param name="rowWeights">Factor on each row's loss; <see langword="null"/> is one everywhere. <c>[n]</c>, fp32</param>
    /// <param name="losses">Receives each row's own loss, before its factor. <c>[n]</c>, fp32</param>
    /// <returns>In nats, fp32. <c>[]</c></returns>
    public Tensor Loss(Tensor hidden, Tensor targets, Tensor? rowWeights = null, Tensor? losses = null)
        => LinearCrossEntropy.Apply(Scaled(hidden), Weight, targets, rowWeights, _softCap, losses);

    /// <summary>Log-probability of each target, without gradient.</summary>
    /// <param name="hidden">Normed. <c>[n, D]</c></param>
    /// <param name="targets"><c>[n]</c>, Int64</param>
    /// <returns>In nats, fp32. <c>[n]</c></returns>
    public Tensor LogProbabilities(Tensor hidden, Tensor targets)
        => LinearCrossEntropy.TokenLogProbabilities(Scaled(hidden), Weight, targets, _softCap);

    /// <summary>Log-probabilities and entropies of tokens at a temperature, without gradient, and the slopes that a loss over them weighs.</summary>
    /// <param name="hidden">Normed. <c>[n, D]</c></param>
    /// <param name="targets"><c>[n]</c>, Int64</param>
    /// <param name="temperature">That the scores are divided by.</param>
    /// <param name="slopes">Return the gradient of each log-probability by its hidden state too: all there is to a gradient where <see cref="Weight"/> is frozen.</param>
    public TokenScores Score(Tensor hidden, Tensor targets, double temperature, bool slopes)
    {
        using var off = GradMode.Off();
        var found = LinearTokenScores.Apply(Scaled(hidden), Weight, targets, temperature, _softCap, slopes);
        return found with { Slopes = found.Slopes is { } own ? Scaled(own) : null };
    }

    private Tensor Scaled(Tensor hidden) => _scale == 1 ? hidden : hidden * _scale;
}
