using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Training.Optimizers;

/// <summary>Stochastic gradient descent with momentum (Sutskever et al. 2013), all weights in one go.</summary>
internal sealed class Sgd : Optimizer
{
    private readonly OptimizerOptions _options;
    private readonly Tensor[] _momenta;

    /// <summary>Starts with momenta of zero, or none where there is no momentum.</summary>
    /// <param name="parameters">What learns; stays its owner's.</param>
    /// <param name="options">Decay and momentum.</param>
    public Sgd(IReadOnlyList<KeyValuePair<string, Tensor>> parameters, OptimizerOptions options)
        : base(parameters, options)
    {
        _options = options;
        _momenta = options.Sgd.Momentum > 0 ? [.. Enumerable.Range(0, parameters.Count).Select(index => AddState(index, "momentum"))] : [];
    }

    /// <inheritdoc/>
    protected override void Update(int[] chosen, Func<int, Tensor> gradient, OptimizerStep step)
        => SgdStep.Apply(
            Pick(chosen, index => Parameters[index].Value), Pick(chosen, gradient), _momenta.Length > 0 ? Pick(chosen, index => _momenta[index]) : [],
            step.Number == 1, step.LearningRate, _options.Sgd.Momentum, _options.Sgd.Dampening, _options.Sgd.Nesterov, step.WeightDecay, step.GradientScale);
}
