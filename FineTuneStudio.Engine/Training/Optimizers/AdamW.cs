using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Training.Optimizers;

/// <summary>AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101), all weights in one go.</summary>
internal sealed class AdamW : Optimizer
{
    private readonly OptimizerOptions _options;
    private readonly Tensor[] _firstMoments;
    private readonly Tensor[] _secondMoments;

    /// <summary>Starts with moments of zero.</summary>
    /// <param name="parameters">What learns; stays its owner's.</param>
    /// <param name="options">Decay, betas, epsilon.</param>
    public AdamW(IReadOnlyList<KeyValuePair<string, Tensor>> parameters, OptimizerOptions options)
        : base(parameters, options)
    {
        _options = options;
        _firstMoments = [.. Enumerable.Range(0, parameters.Count).Select(index => AddState(index, "first"))];
        _secondMoments = [.. Enumerable.Range(0, parameters.Count).Select(index => AddState(index, "second"))];
    }

    /// <inheritdoc/>
    protected override void Update(int[] chosen, Func<int, Tensor> gradient, OptimizerStep step)
        => AdamWStep.Apply(
            Pick(chosen, index => Parameters[index].Value), Pick(chosen, gradient), Pick(chosen, index => _firstMoments[index]),
            Pick(chosen, index => _secondMoments[index]), step.Number, step.LearningRate, _options.Beta1, _options.Beta2, _options.Epsilon,
            step.WeightDecay, step.GradientScale);
}
