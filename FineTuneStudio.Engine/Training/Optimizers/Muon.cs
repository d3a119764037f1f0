using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Training.Optimizers;

/// <summary>Muon (Jordan et al. 2024): the momentum of each matrix, made orthogonal. Embeddings, heads and vectors are AdamW's.</summary>
/// <remarks>The order of operations is PyTorch's.</remarks>
internal sealed class Muon : Optimizer
{
    // An orthogonal matrix times this has entries of the size that AdamW's updates have (Liu et al. 2025, arXiv 2502.16982, section 2.2).
    private const double SizeOfAdamWUpdates = 0.2;

    private static readonly Operator LerpOperator = Operator.Named("aten::lerp_.Scalar");
    private static readonly string[] Dense = ["embed_tokens", "lm_head"];

    private readonly OptimizerOptions _options;
    private readonly Tensor?[] _momenta;
    private readonly Tensor?[] _firstMoments;
    private readonly Tensor?[] _secondMoments;

    /// <summary>Starts with momenta of zero.</summary>
    /// <param name="parameters">What learns; stays its owner's.</param>
    /// <param name="options">Decay, Muon's own, and AdamW's for the weights that are no matrices of a layer.</param>
    public Muon(IReadOnlyList<KeyValuePair<string, Tensor>> parameters, OptimizerOptions options)
        : base(parameters, options)
    {
        _options = options;
        var isMatrix = parameters.Select(pair => pair.Value.Dimensions == 2 && !Dense.Any(name => IsOf(pair.Key, name))).ToArray();
        Tensor?[] States(string name, bool ofMatrices)
            => [.. isMatrix.Select((matrix, index) => matrix == ofMatrices ? AddState(index, name) : null)];
        _momenta = States("momentum", ofMatrices: true);
        _firstMoments = States("first", ofMatrices: false);
        _secondMoments = States("second", ofMatrices: false);
    }

    /// <inheritdoc/>
    protected override void Update(int[] chosen, Func<int, Tensor> gradient, OptimizerStep step)
    {
        foreach (var index in chosen.Where(index => _momenta[index] is not null))
        {
            using var scope = TensorScope.Enter();
            Update(Parameters[index].Value, gradient(index) * step.GradientScale, _momenta[index]!, step);
        }

        var others = Array.FindAll(chosen, index => _momenta[index] is null);
        AdamWStep.Apply(
            Pick(others, index => Parameters[index].Value), Pick(others, gradient), Pick(others, index => _firstMoments[index]!),
            Pick(others, index => _secondMoments[index]!), step.Number, step.LearningRate, _options.Beta1, _options.Beta2, _options.Epsilon,
            step.WeightDecay, step.GradientScale);
    }

    // A whole name between dots: adapters of a head carry other names around it.
    private static bool IsOf(string parameter, string module) => parameter.Split('.').Contains(module);

    private void Update(Tensor parameter, Tensor gradient, Tensor momentum, OptimizerStep step)
    {
        var muon = _options.Muon;
        LerpOperator.Run(momentum, gradient, 1 - muon.Momentum);
        var update = momentum;
        if (muon.Nesterov)
        {
            LerpOperator.Run(gradient, momentum, muon.Momentum);
            update = gradient;
        }

        var orthogonal = NewtonSchulz.Orthogonalise(update, muon.NewtonSchulzSteps);
        var (rows, columns) = (parameter.Size(0), parameter.Size(1));
        var size = muon.MatchAdamW ? SizeOfAdamWUpdates * Math.Sqrt(Math.Max(rows, columns)) : Math.Sqrt(Math.Max(1, (double)rows / columns));
        parameter.MulInPlace(1 - (step.LearningRate * step.WeightDecay)).AddInPlace(orthogonal.To(parameter.DType), -step.LearningRate * size);
    }
}
