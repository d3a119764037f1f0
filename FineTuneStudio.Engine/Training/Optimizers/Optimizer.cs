using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training.Optimizers;

/// <summary>Turns gradients of named weights into steps; its state and the counted updates are what a checkpoint holds of it.</summary>
/// <remarks>A weight without a gradient is left alone: no decay, no step counted.</remarks>
internal abstract class Optimizer : IDisposable
{
    private readonly SortedDictionary<string, Tensor> _state = new(StringComparer.Ordinal);
    private readonly long[] _steps;
    private readonly double _weightDecay;
    private LearningRule[] _rules;

    /// <summary>Begins with no step counted.</summary>
    /// <param name="parameters">What learns; stays its owner's.</param>
    /// <param name="options">The weight decay of those that decay.</param>
    protected Optimizer(IReadOnlyList<KeyValuePair<string, Tensor>> parameters, OptimizerOptions options)
    {
        Parameters = parameters;
        _weightDecay = options.WeightDecay;
        _steps = new long[parameters.Count];
        _rules = [.. parameters.Select(_ => LearningRule.Usual)];
    }

    /// <summary>Updates each weight counted, in the order of the parameters.</summary>
    public IReadOnlyList<long> Steps => _steps;

    /// <summary>Every tensor of the state, by name; writing into them sets the state.</summary>
    public IReadOnlyCollection<KeyValuePair<string, Tensor>> State => _state;

    /// <summary>What learns, by name.</summary>
    protected IReadOnlyList<KeyValuePair<string, Tensor>> Parameters { get; }

    /// <summary>Creates the optimizer that the options choose.</summary>
    /// <param name="parameters">What learns; stays its owner's.</param>
    /// <param name="options">The kind and its figures.</param>
    /// <param name="rule">How a weight of a name learns apart from the others; <see langword="null"/> where all learn alike.</param>
    public static Optimizer Create(IReadOnlyList<KeyValuePair<string, Tensor>> parameters, OptimizerOptions options, Func<string, LearningRule>? rule = null)
    {
        Optimizer optimizer = options.Kind switch
        {
            OptimizerKind.AdamW => new AdamW(parameters, options),
            OptimizerKind.AdamW8Bit => new AdamW8Bit(parameters, options),
            OptimizerKind.Sgd => new Sgd(parameters, options),
            OptimizerKind.Adafactor => new Adafactor(parameters, options),
            OptimizerKind.Muon => new Muon(parameters, options),
            var other => throw new ArgumentOutOfRangeException(nameof(options), other, "Unknown optimizer."),
        };
        optimizer._rules = rule is null ? optimizer._rules : [.. parameters.Select(pair => rule(pair.Key))];
        return optimizer;
    }

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
    /// <param name="learningRate">The schedule's rate of this step.</param>
    /// <param name="gradientScale">Factor on every gradient: clipping.</param>
    public void Step(IReadOnlyList<Tensor?> gradients, double learningRate, double gradientScale)
    {
        for (var index = 0; index < _steps.Length; index++)
        {
            _steps[index] += gradients[index] is null ? 0 : 1;
        }

        // Kernels take one step count, which differs only where a gradient was missing once, and one rate.
        using var off = GradMode.Off();
        foreach (var group in Enumerable.Range(0, _steps.Length).Where(index => gradients[index] is not null).GroupBy(index => (Step: _steps[index], Rule: _rules[index])))
        {
            var (step, rule) = group.Key;
            Update([.. group], index => gradients[index]!, new OptimizerStep(step, learningRate * rule.RateFactor, rule.Decays ? _weightDecay : 0, gradientScale));
        }
    }

    /// <summary>The rate that a step really uses, where the optimizer has one of its own.</summary>
    /// <param name="step">1 for the first update.</param>
    /// <param name="scheduled">The schedule's.</param>
    public virtual double Rate(long step, double scheduled) => scheduled;

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        foreach (var tensor in _state.Values)
        {
            tensor.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Updates weights that have been updated equally often and learn alike.</summary>
    /// <param name="chosen">Indices of the weights.</param>
    /// <param name="gradient">The gradient of a weight.</param>
    /// <param name="step">Their step.</param>
    protected abstract void Update(int[] chosen, Func<int, Tensor> gradient, OptimizerStep step);

    /// <summary>Adds a tensor of zeros to the state.</summary>
    /// <param name="index">The weight it belongs to.</param>
    /// <param name="name">Its name beside the weight's.</param>
    /// <param name="shape">The weight's own shape where it is left out.</param>
    /// <param name="dtype">The weight's own type where it is left out.</param>
    protected Tensor AddState(int index, string name, long[]? shape = null, DType? dtype = null)
    {
        var (parameterName, parameter) = Parameters[index];
        var tensor = Tensor.Zeros(shape ?? [.. parameter.Shape], dtype ?? parameter.DType, parameter.Device).Own();
        _state.Add($"{parameterName}.{name}", tensor);
        return tensor;
    }

    /// <summary>The entries of a list at some places.</summary>
    protected static Tensor[] Pick(int[] chosen, Func<int, Tensor> of) => Array.ConvertAll(chosen, index => of(index));
}
