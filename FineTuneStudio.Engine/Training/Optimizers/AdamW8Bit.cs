using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Quantisation;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Training.Optimizers;

/// <summary>AdamW with moments in 8 bits (Dettmers et al. 2022, arXiv 2110.02861): 2.03 bytes of state a weight instead of 8.</summary>
/// <remarks>Weights below <see cref="SmallestCoded"/> elements keep fp32 moments, as in bitsandbytes: they cost nothing and suffer most.</remarks>
internal sealed class AdamW8Bit : Optimizer
{
    /// <summary>Elements from which on a weight's moments are coded.</summary>
    public const int SmallestCoded = 4096;

    private readonly OptimizerOptions _options;
    private readonly Moments[] _first;
    private readonly Moments[] _second;
    private readonly Tensor _firstMap;
    private readonly Tensor _secondMap;

    /// <summary>Starts with moments of zero.</summary>
    /// <param name="parameters">What learns; stays its owner's.</param>
    /// <param name="options">Decay, betas, epsilon.</param>
    public AdamW8Bit(IReadOnlyList<KeyValuePair<string, Tensor>> parameters, OptimizerOptions options)
        : base(parameters, options)
    {
        _options = options;
        var device = parameters.Count > 0 ? parameters[0].Value.Device : Device.Cpu;
        _firstMap = MapOf(DynamicMap.Signed, device);
        _secondMap = MapOf(DynamicMap.Unsigned, device);
        _first = [.. Enumerable.Range(0, parameters.Count).Select(index => AddMoments(index, "first", DynamicMap.ZeroOf(DynamicMap.Signed)))];
        _second = [.. Enumerable.Range(0, parameters.Count).Select(index => AddMoments(index, "second", DynamicMap.ZeroOf(DynamicMap.Unsigned)))];
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _firstMap.Dispose();
        _secondMap.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Update(int[] chosen, Func<int, Tensor> gradient, OptimizerStep step)
    {
        var coded = Array.FindAll(chosen, index => _first[index].Scales is not null);
        AdamW8BitStep.Apply(
            Pick(coded, index => Parameters[index].Value), Pick(coded, gradient), Coded(coded, _first, _firstMap), Coded(coded, _second, _secondMap),
            step.Number, step.LearningRate, _options.Beta1, _options.Beta2, _options.Epsilon, step.WeightDecay, step.GradientScale);

        var small = Array.FindAll(chosen, index => _first[index].Scales is null);
        AdamWStep.Apply(
            Pick(small, index => Parameters[index].Value), Pick(small, gradient), Pick(small, index => _first[index].Values),
            Pick(small, index => _second[index].Values), step.Number, step.LearningRate, _options.Beta1, _options.Beta2, _options.Epsilon,
            step.WeightDecay, step.GradientScale);
    }

    private static Tensor MapOf(float[] values, Device device)
    {
        using var scope = TensorScope.Enter();
        return Tensor.From<float>(values).To(device).Own();
    }

    private static CodedMoments Coded(int[] chosen, Moments[] moments, Tensor map)
        => new(Pick(chosen, index => moments[index].Values), Pick(chosen, index => moments[index].Scales!), map);

    private Moments AddMoments(int index, string name, int zero)
    {
        var elements = Parameters[index].Value.ElementCount;
        if (elements < SmallestCoded)
        {
            return new(AddState(index, name), Scales: null);
        }

        using var scope = TensorScope.Enter();
        var codes = AddState(index, name, dtype: DType.UInt8);
        codes.CopyFrom(Tensor.Full([1], zero, DType.UInt8));
        return new(codes, AddState(index, $"{name}.scales", [(elements + AdamW8BitStep.BlockSize - 1) / AdamW8BitStep.BlockSize]));
    }

    /// <param name="Values">Codes, or fp32 values where the weight is small.</param>
    /// <param name="Scales">Scales of the codes' blocks.</param>
    private sealed record Moments(Tensor Values, Tensor? Scales);
}
