using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training.Optimizers;

/// <summary>Adafactor (Shazeer and Stern 2018, arXiv 1804.04235): second moments as means of rows and columns, updates clipped by their size.</summary>
/// <remarks>The order of operations is that of transformers. Weights are updated one by one: each needs figures of its own.</remarks>
internal sealed class Adafactor : Optimizer
{
    private const double LargestRelativeStep = 1e-2;
    private const double RelativeStepOfWarmup = 1e-6;

    private readonly AdafactorOptions _options;
    private readonly Moments[] _moments;

    /// <summary>Starts with moments of zero.</summary>
    /// <param name="parameters">What learns; stays its owner's.</param>
    /// <param name="options">Decay, and Adafactor's own.</param>
    public Adafactor(IReadOnlyList<KeyValuePair<string, Tensor>> parameters, OptimizerOptions options)
        : base(parameters, options)
    {
        _options = options.Adafactor;
        _moments = [.. Enumerable.Range(0, parameters.Count).Select(AddMoments)];
    }

    /// <inheritdoc/>
    public override double Rate(long step, double scheduled)
        => _options.RelativeStep
            ? Math.Min(_options.WarmupInit ? RelativeStepOfWarmup * step : LargestRelativeStep, 1 / Math.Sqrt(step))
            : scheduled;

    /// <inheritdoc/>
    protected override void Update(int[] chosen, Func<int, Tensor> gradient, OptimizerStep step)
    {
        var rate = Rate(step.Number, step.LearningRate);
        var memory = 1 - Math.Pow(step.Number, _options.DecayRate);
        foreach (var index in chosen)
        {
            using var scope = TensorScope.Enter();
            Update(Parameters[index].Value, gradient(index) * step.GradientScale, _moments[index], memory, rate, step.WeightDecay);
        }
    }

    private static double RootMeanSquare(Tensor tensor) => tensor.Norm().Item() / Math.Sqrt(tensor.ElementCount);

    // The second moment of an entry is taken as its row's times its column's over the mean of the rows; its inverse root, times the gradient.
    private static Tensor Normalised(Tensor gradient, Tensor rows, Tensor columns)
        => (rows / rows.Mean(-1, keep: true)).Rsqrt().Unsqueeze(-1) * columns.Unsqueeze(-2).Rsqrt() * gradient;

    private void Update(Tensor parameter, Tensor gradient, Moments moments, double memory, double rate, double weightDecay)
    {
        var scale = _options.ScaleParameter ? Math.Max(_options.SmallestScale, RootMeanSquare(parameter)) : 1;
        var squares = (gradient * gradient) + _options.Epsilon;
        Tensor update;
        if (moments is { Rows: { } rows, Columns: { } columns })
        {
            rows.MulInPlace(memory).AddInPlace(squares.Mean(-1), 1 - memory);
            columns.MulInPlace(memory).AddInPlace(squares.Mean(-2), 1 - memory);
            update = Normalised(gradient, rows, columns);
        }
        else
        {
            update = moments.Whole!.MulInPlace(memory).AddInPlace(squares, 1 - memory).Rsqrt() * gradient;
        }

        update = update * (rate * scale / Math.Max(1, RootMeanSquare(update) / _options.ClipThreshold));
        if (moments.First is { } first)
        {
            update = first.MulInPlace(_options.Beta1).AddInPlace(update, 1 - _options.Beta1);
        }

        parameter.MulInPlace(1 - (weightDecay * rate * scale)).AddInPlace(update, -1);
    }

    private Moments AddMoments(int index)
    {
        var shape = Parameters[index].Value.Shape;
        var first = _options.Beta1 > 0 ? AddState(index, "first") : null;
        return shape.Count < 2
            ? new(first, Rows: null, Columns: null, AddState(index, "second"))
            : new(first, AddState(index, "rows", [.. shape.SkipLast(1)]), AddState(index, "columns", [.. shape.SkipLast(2), shape[^1]]), Whole: null);
    }

    private sealed record Moments(Tensor? First, Tensor? Rows, Tensor? Columns, Tensor? Whole);
}
