using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Training.Optimizers;

/// <summary>AdamW over named fp32 weights, with the state that a checkpoint holds.</summary>
/// <remarks>A weight without a gradient is left alone: no decay, no step counted.</remarks>
internal sealed class AdamW : IDisposable
{
    private readonly IReadOnlyList<KeyValuePair<string, Tensor>> _parameters;
    private readonly OptimizerOptions _options;
    private readonly Tensor[] _firstMoments;
    private readonly Tensor[] _secondMoments;
    private readonly long[] _steps;

    /// <summary>Starts with moments of zero.</summary>
    /// <param name="parameters">What learns; stays its owner's.</param>
    /// <param name="options">Decay, betas, epsilon.</param>
    public AdamW(IReadOnlyList<KeyValuePair<string, Tensor>> parameters, OptimizerOptions options)
    {
        _parameters = parameters;
        _options = options;
        _firstMoments = [.. parameters.Select(pair => Tensor.ZerosLike(pair.Value.Detach()).Own())];
        _secondMoments = [.. parameters.Select(pair => Tensor.ZerosLike(pair.Value.Detach()).Own())];
        _steps = new long[parameters.Count];
    }

    /// <summary>Updates each weight counted, in the order of the parameters.</summary>
    public IReadOnlyList<long> Steps => _steps;

    /// <summary>Both moments of every weight, by name; writing into them sets the state.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Moments => _parameters.SelectMany((pair, index) => new[]
    {
        KeyValuePair.Create($"{pair.Key}.first", _firstMoments[index]),
        KeyValuePair.Create($"{pair.Key}.second", _secondMoments[index]),
    });

    /// <summary>Sets the counted updates, from a checkpoint.</summary>
    public void SetSteps(IReadOnlyList<long> steps)
    {
        if (steps.Count != _steps.Length)
        {
            throw new ArgumentException($"{steps.Count} counts do not fit {_steps.Length} weights.", nameof(steps));
        }

        for (var index = 0; index < _steps.Length; index++)
        {
            _steps[index] = steps[index];
        }
    }

    /// <summary>Updates every weight that has a gradient.</summary>
    /// <param name="gradients">In the order of the parameters.</param>
    /// <param name="learningRate">Rate of this step.</param>
    /// <param name="gradientScale">Factor on every gradient: clipping.</param>
    public void Step(IReadOnlyList<Tensor?> gradients, double learningRate, double gradientScale)
    {
        for (var index = 0; index < _steps.Length; index++)
        {
            _steps[index] += gradients[index] is null ? 0 : 1;
        }

        // The kernel takes one step count; weights differ in it only where a gradient was missing once.
        foreach (var group in Enumerable.Range(0, _steps.Length).Where(index => gradients[index] is not null).GroupBy(index => _steps[index]))
        {
            int[] chosen = [.. group];
            Tensor[] Pick(Func<int, Tensor> of) => [.. chosen.Select(of)];
            AdamWStep.Apply(
                Pick(index => _parameters[index].Value), Pick(index => gradients[index]!), Pick(index => _firstMoments[index]),
                Pick(index => _secondMoments[index]), group.Key, learningRate, _options.Beta1, _options.Beta2, _options.Epsilon,
                _options.WeightDecay, gradientScale);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _firstMoments.Concat(_secondMoments))
        {
            tensor.Dispose();
        }
    }
}
