using FineTuneStudio.Engine.Quantisation;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>AdamW and the gradient norm over many tensors.</summary>
public sealed class OptimizerKernelTests
{
    private static readonly long[][] Shapes = [[1], [17], [3, 5], [40000], [16, 1024]];

    [Fact]
    public void AdamW_ThreeSteps_MatchesItsTwin()
    {
        using var scope = TensorScope.Enter();
        var (fused, plain) = (Make(), Make());

        for (var step = 1; step <= 3; step++)
        {
            var gradients = Shapes.Select((shape, index) => Twins.Random((10 * step) + index, DType.Float32, shape)).ToArray();
            AdamWStep.Apply(fused.Parameters, gradients, fused.First, fused.Second, step, 1e-2, 0.9, 0.999, 1e-8, 0.1, 0.7);
            AdamWStep.ApplyPlain(plain.Parameters, gradients, plain.First, plain.Second, step, 1e-2, 0.9, 0.999, 1e-8, 0.1, 0.7);
        }

        for (var index = 0; index < Shapes.Length; index++)
        {
            Twins.AssertClose(plain.Parameters[index], fused.Parameters[index], 1e-6, $"parameter {index}");
            Twins.AssertClose(plain.First[index], fused.First[index], 1e-6, $"first moment {index}");
            Twins.AssertClose(plain.Second[index], fused.Second[index], 1e-6, $"second moment {index}", smallest: 0);
        }
    }

    [Fact]
    public void AdamW8Bit_ThreeSteps_MatchesItsTwin()
    {
        using var scope = TensorScope.Enter();
        var (fused, plain) = (Make(), Make());
        var (first, second, plainFirst, plainSecond) = (Coded(DynamicMap.Signed), Coded(DynamicMap.Unsigned), Coded(DynamicMap.Signed), Coded(DynamicMap.Unsigned));

        for (var step = 1; step <= 3; step++)
        {
            var gradients = Shapes.Select((shape, index) => Twins.Random((10 * step) + index, DType.Float32, shape)).ToArray();
            AdamW8BitStep.Apply(fused.Parameters, gradients, first, second, step, 1e-2, 0.9, 0.999, 1e-8, 0.1, 0.7);
            AdamW8BitStep.ApplyPlain(plain.Parameters, gradients, plainFirst, plainSecond, step, 1e-2, 0.9, 0.999, 1e-8, 0.1, 0.7);
        }

        // A moment on the border between two codes may fall to either side and move its weight a little; there are few.
        for (var index = 0; index < Shapes.Length; index++)
        {
            Assert.InRange(ShareOfDifferent(plainFirst.Codes[index].ToArray<byte>(), first.Codes[index].ToArray<byte>(), (byte)0), 0, 1e-3);
            Assert.InRange(ShareOfDifferent(plainSecond.Codes[index].ToArray<byte>(), second.Codes[index].ToArray<byte>(), (byte)0), 0, 1e-3);
            Assert.InRange(ShareOfDifferent(plain.Parameters[index].ToArray<float>(), fused.Parameters[index].ToArray<float>(), 1e-6f), 0, 2e-3);
        }
    }

    [Theory]
    [InlineData(0.0, 0.0, false)]
    [InlineData(0.9, 0.0, false)]
    [InlineData(0.9, 0.5, false)]
    [InlineData(0.9, 0.0, true)]
    public void Sgd_ThreeSteps_MatchesItsTwin(double momentum, double dampening, bool nesterov)
    {
        using var scope = TensorScope.Enter();
        var (fused, plain) = (Make(), Make());

        for (var step = 1; step <= 3; step++)
        {
            var gradients = Shapes.Select((shape, index) => Twins.Random((10 * step) + index, DType.Float32, shape)).ToArray();
            SgdStep.Apply(fused.Parameters, gradients, momentum > 0 ? fused.First : [], step == 1, 1e-2, momentum, dampening, nesterov, 0.1, 0.7);
            SgdStep.ApplyPlain(plain.Parameters, gradients, momentum > 0 ? plain.First : [], step == 1, 1e-2, momentum, dampening, nesterov, 0.1, 0.7);
        }

        for (var index = 0; index < Shapes.Length; index++)
        {
            Twins.AssertClose(plain.Parameters[index], fused.Parameters[index], 1e-6, $"parameter {index}");
            Twins.AssertClose(plain.First[index], fused.First[index], 1e-6, $"momentum {index}");
        }
    }

    [Fact]
    public void AdamW_GradientOfAnotherShape_NamesBoth()
    {
        using var scope = TensorScope.Enter();
        Tensor Make(params long[] shape) => Tensor.Zeros(shape, DType.Float32);

        var exception = Assert.Throws<TensorException>(
            () => AdamWStep.Apply([Make(2, 3)], [Make(3, 2)], [Make(2, 3)], [Make(2, 3)], 1, 1e-3, 0.9, 0.999, 1e-8, 0));

        Assert.Contains("[2, 3]", exception.Message, StringComparison.Ordinal);
        Assert.Contains("[3, 2]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GradientNorm_ManyTensors_MatchesItsTwinAndAnyThreadCount()
    {
        using var scope = TensorScope.Enter();
        var gradients = Shapes.Select((shape, index) => Twins.Random(index, DType.Float32, shape)).ToArray();
        var before = TorchRuntime.Threads;

        var two = Norm(threads: 2);
        var one = Norm(threads: 1);

        TorchRuntime.Threads = before;
        Assert.Equal(one, two);
        Assert.Equal(GradientNorm.OfPlain(gradients), one, 1e-4);

        double Norm(int threads)
        {
            TorchRuntime.Threads = threads;
            return GradientNorm.Of(gradients);
        }
    }

    private static CodedMoments Coded(float[] map) => new(
        [.. Shapes.Select(shape => Tensor.Full(shape, DynamicMap.ZeroOf(map), DType.UInt8))],
        [.. Shapes.Select(shape => Tensor.Zeros([(shape.Aggregate(1L, (product, size) => product * size) + 255) / 256], DType.Float32))],
        Tensor.From<float>(map));

    private static double ShareOfDifferent<T>(T[] left, T[] right, T tolerance)
        where T : System.Numerics.INumber<T>
        => left.Zip(right).Count(pair => T.Abs(pair.First - pair.Second) > tolerance && T.Abs(pair.Second - pair.First) > tolerance) / (double)Math.Max(left.Length, 1000);

    private static (Tensor[] Parameters, Tensor[] First, Tensor[] Second) Make()
        => ([.. Shapes.Select((shape, index) => Twins.Random(index, DType.Float32, shape))],
            [.. Shapes.Select(shape => Tensor.Zeros(shape, DType.Float32))],
            [.. Shapes.Select(shape => Tensor.Zeros(shape, DType.Float32))]);
}
