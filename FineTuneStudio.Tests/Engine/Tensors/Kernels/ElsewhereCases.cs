using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>Every kernel that learns, once in each element type, on shapes of a small model; for devices other than main memory.</summary>
internal static class ElsewhereCases
{
    private static readonly Dictionary<string, Func<DType, (Func<Tensor[], Tensor[]> Function, Tensor[] Inputs)>> Cases = new(StringComparer.Ordinal)
    {
        ["RmsNorm"] = type => (
            inputs => [RmsNorm.Apply(inputs[0], inputs[1], 1e-6), RmsNorm.Apply(inputs[0], inputs[1], 1e-6, unitOffset: true)],
            [Learnt(1, type, 37, 64), Learnt(2, type, 64)]),
        ["RmsNorm with residual"] = type => (
            inputs =>
            {
                var (sum, normed) = RmsNorm.AddApply(inputs[0], inputs[1], inputs[2], 1e-6);
                return [sum, normed];
            },
            [Learnt(1, type, 37, 64), Learnt(2, type, 37, 64), Twins.Random(3, type, 64)]),
        ["Rope"] = type => (
            inputs => [Rope.Apply(inputs[0], inputs[1], inputs[2])],
            [Learnt(1, type, 21, 4, 32), Twins.Random(2, DType.Float32, 21, 16), Twins.Random(3, DType.Float32, 21, 16)]),
        ["Rope of a part"] = type => (
            inputs => [Rope.Apply(inputs[0], inputs[1], inputs[2])],
            [Learnt(1, type, 21, 4, 32), Twins.Random(2, DType.Float32, 21, 6), Twins.Random(3, DType.Float32, 21, 6)]),
        ["GatedActivation"] = type => (
            inputs => [GatedActivation.Apply(inputs[0], inputs[1]), GatedActivation.Apply(inputs[0], inputs[1], Activation.GeluTanh)],
            [Learnt(1, type, 19, 96), Learnt(2, type, 19, 96)]),
        ["GatedActivation of halves"] = type => (
            inputs => [GatedActivation.ApplyHalves(inputs[0]), GatedActivation.ApplyHalves(inputs[0], Activation.GeluTanh)],
            [Learnt(1, type, 19, 96)]),
        ["LoraLinear"] = type => (
            inputs => [LoraLinear.Apply(inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], 2)],
            [Learnt(1, type, 70, 64), Twins.Random(2, type, 48, 64), Twins.Random(3, type, 48), Learnt(4, DType.Float32, 8, 64), Learnt(5, DType.Float32, 48, 8)]),
        ["SmallBatchLinear"] = type => (
            inputs => [SmallBatchLinear.Apply(inputs[0], inputs[1], inputs[2]), .. SmallBatchLinear.ApplyMany(inputs[0], [inputs[1], inputs[1]], [null, inputs[2]])],
            [Learnt(1, type, 40, 64), Learnt(2, type, 48, 64), Learnt(3, type, 48)]),
        ["LinearCrossEntropy, frozen head"] = type => (
            inputs => [LinearCrossEntropy.Apply(inputs[0], inputs[1], Targets(inputs[0], 501))],
            [Learnt(1, type, 130, 32), Twins.Random(2, type, 501, 32)]),
        ["LinearCrossEntropy, weights, learnt head"] = type => (
            inputs => [LinearCrossEntropy.Apply(inputs[0], inputs[1], Targets(inputs[0], 501), inputs[2])],
            [Learnt(1, type, 130, 32), Learnt(2, type, 501, 32), Twins.Random(3, DType.Float32, 130)]),
        ["LinearCrossEntropy, soft cap"] = type => (
            inputs => [LinearCrossEntropy.Apply(inputs[0], inputs[1], Targets(inputs[0], 501), softCap: 5)],
            [Learnt(1, type, 130, 32), Learnt(2, type, 501, 32)]),
        ["LinearTokenScores"] = type => (
            inputs =>
            {
                var scores = LinearTokenScores.Apply(inputs[0], inputs[1], Targets(inputs[0], 501), 0.8, softCap: 5, slopes: true);
                return [scores.LogProbabilities, scores.Entropies, scores.Slopes!];
            },
            [Twins.Random(1, type, 130, 32), Twins.Random(2, type, 501, 32)]),
        ["PackedAttention"] = type => (
            inputs => [PackedAttention.Apply(inputs[0], inputs[1], inputs[2], [0, 17, 18, 19, 83, 340], new AttentionScoring(0.2))],
            [Learnt(1, type, 340, 4, 32), Learnt(2, type, 340, 2, 32), Learnt(3, type, 340, 2, 32)]),
        ["PackedAttention, window"] = type => (
            inputs => [PackedAttention.Apply(inputs[0], inputs[1], inputs[2], [0, 300, 310], new AttentionScoring(0.2) { Window = 37 })],
            [Learnt(1, type, 310, 4, 64), Learnt(2, type, 310, 2, 64), Learnt(3, type, 310, 2, 64)]),
        ["PackedAttention, soft cap and sinks"] = type => (
            inputs => [PackedAttention.Apply(inputs[0], inputs[1], inputs[2], [0, 40, 60], new AttentionScoring(0.2) { SoftCap = 3, Sinks = inputs[3] })],
            [Learnt(1, type, 60, 4, 32), Learnt(2, type, 60, 2, 32), Learnt(3, type, 60, 2, 32), Twins.Random(4, type, 4)]),
        ["PackedAttention, heads of an odd size"] = type => (
            inputs => [PackedAttention.Apply(inputs[0], inputs[1], inputs[2], [0, 20, 50], new AttentionScoring(0.2))],
            [Learnt(1, type, 50, 3, 7), Learnt(2, type, 50, 3, 7), Learnt(3, type, 50, 3, 7)]),
    };

    public static TheoryData<string, DType> All
    {
        get
        {
            var data = new TheoryData<string, DType>();
            foreach (var name in Cases.Keys)
            {
                foreach (var type in Twins.Types)
                {
                    data.Add(name, type);
                }
            }

            return data;
        }
    }

    /// <summary>Holds a kernel on a device to its plain twin in main memory.</summary>
    public static void AssertSame(string name, DType type, Device device = default)
    {
        using var scope = TensorScope.Enter();
        var (function, inputs) = Cases[name](type);
        Twins.AssertSame(function, inputs, type == DType.Float32 ? 2e-5 : 3e-2, device);
    }

    /// <summary>Runs a kernel on a device twice.</summary>
    public static void AssertSameBits(string name, DType type, Device device)
    {
        var (function, inputs) = Cases[name](type);
        Twins.AssertSameBits(function, Array.ConvertAll(inputs, input => Twins.Moved(input, device)));
    }

    private static Tensor Learnt(int seed, DType type, params long[] shape) => Twins.Learnt(Twins.Random(seed, type, shape));

    private static Tensor Targets(Tensor hidden, int vocabulary)
        => Tensor.From<long>([.. Enumerable.Range(0, (int)hidden.Size(0)).Select(row => row * 7919L % vocabulary)]).To(hidden.Device);
}
