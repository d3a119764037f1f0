using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>Products of few rows, against libtorch's.</summary>
public sealed class SmallBatchLinearTests
{
    [Theory]
    [InlineData(DType.Float32, 2e-6)]
    [InlineData(DType.BFloat16, 1e-2)]
    public void Apply_OddShapes_MatchesItsTwin(DType dtype, double tolerance)
    {
        foreach (var (width, outputs) in new (long, long)[] { (1, 1), (7, 5), (33, 131), (64, 64), (100, 37), (1024, 70) })
        {
            foreach (var rows in new long[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 31, 32, 33 })
            {
                using var scope = TensorScope.Enter();
                using var off = GradMode.Off();
                var x = Twins.Random(1, dtype, rows, width);
                var weight = Twins.Random(2, dtype, outputs, width);
                var bias = rows % 2 == 0 ? Twins.Random(3, dtype, outputs) : null;

                var fused = SmallBatchLinear.Apply(x, weight, bias);

                Twins.AssertClose(SmallBatchLinear.ApplyPlain(x, weight, bias), fused, tolerance, $"{rows} x {width} x {outputs}", smallest: 1);
            }
        }
    }

    [Fact]
    public void Apply_Wide_RoundsNothing()
    {
        using var scope = TensorScope.Enter();
        using var off = GradMode.Off();
        var x = Twins.Random(1, DType.BFloat16, 3, 200);
        var weight = Twins.Random(2, DType.BFloat16, 50, 200);

        var wide = SmallBatchLinear.Apply(x, weight, wide: true);

        Assert.Equal(DType.Float32, wide.DType);
        if (TorchRuntime.Processor.HasFlag(ProcessorFeatures.Avx512))
        {
            Twins.AssertClose(x.To(DType.Float32).Linear(weight.To(DType.Float32)), wide, 1e-5, "wide", smallest: 1);
        }
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    public void Apply_RowAmongOthers_HasTheBitsOfTheRowAlone(DType dtype)
    {
        Assert.SkipUnless(TorchRuntime.Processor.HasFlag(ProcessorFeatures.Avx512), "libtorch's product promises no such thing.");
        using var scope = TensorScope.Enter();
        using var off = GradMode.Off();
        var x = Twins.Random(1, dtype, 32, 300);
        var weight = Twins.Random(2, dtype, 77, 300);
        var together = SmallBatchLinear.Apply(x, weight);

        for (var row = 0; row < 32; row++)
        {
            var alone = SmallBatchLinear.Apply(x.Narrow(0, row, 1), weight);
            Assert.True(alone.HasSameElements(together.Narrow(0, row, 1)), $"row {row}");
        }
    }

    [Fact]
    public void ApplyMany_ThreeWeights_AreThreeProducts()
    {
        using var scope = TensorScope.Enter();
        using var off = GradMode.Off();
        var x = Twins.Random(1, DType.Float32, 4, 96);
        Tensor[] weights = [Twins.Random(2, DType.Float32, 64, 96), Twins.Random(3, DType.Float32, 8, 96), Twins.Random(4, DType.Float32, 1500, 96)];
        Tensor?[] biases = [null, Twins.Random(5, DType.Float32, 8), null];

        var together = SmallBatchLinear.ApplyMany(x, weights, biases);

        for (var index = 0; index < weights.Length; index++)
        {
            Assert.True(SmallBatchLinear.Apply(x, weights[index], biases[index]).HasSameElements(together[index]));
        }
    }

    [Theory]
    [InlineData(DType.Float32, 1e-5)]
    [InlineData(DType.BFloat16, 1.5e-2)]
    public void ApplyGated_FewRowsOrMany_MatchesItsTwin(DType dtype, double tolerance)
    {
        foreach (var activation in Enum.GetValues<Activation>())
        {
            foreach (var rows in new long[] { 1, 3, 17, 40 })
            {
                using var scope = TensorScope.Enter();
                using var off = GradMode.Off();
                var (gate, up) = (Twins.Random(2, dtype, 203, 96), Twins.Random(3, dtype, 203, 96));
                var (x, bias) = (Twins.Random(1, dtype, rows, 96) * 0.2, Twins.Random(4, dtype, 203));

                var fused = SmallBatchLinear.ApplyGated(x, gate, up, bias, null, activation);

                Twins.AssertClose(GatedActivation.ApplyPlain(x.Linear(gate, bias), x.Linear(up), activation), fused, tolerance, $"{activation} of {rows}", smallest: 1);
            }
        }
    }

    [Theory]
    [InlineData(DType.Float32, 1e-5)]
    [InlineData(DType.BFloat16, 1.5e-2)]
    public void LoraApplyMany_FewRowsOrMany_MatchesItsTwin(DType dtype, double tolerance)
    {
        foreach (var (rows, rank) in new (long, long)[] { (1, 16), (3, 5), (17, 40), (40, 8) })
        {
            using var scope = TensorScope.Enter();
            using var off = GradMode.Off();
            var x = Twins.Random(1, dtype, rows, 96);
            Tensor[] weights = [Twins.Random(2, dtype, 64, 96), Twins.Random(3, dtype, 8, 96), Twins.Random(4, dtype, 150, 96)];
            Tensor?[] biases = [null, Twins.Random(5, dtype, 8), null];
            Tensor?[] a = [Twins.Random(6, DType.Float32, rank, 96), null, Twins.Random(7, DType.Float32, 3, 96)];
            Tensor?[] b = [Twins.Random(8, DType.Float32, 64, rank), null, Twins.Random(9, DType.Float32, 150, 3)];
            double[] scales = [0.5, 0, 2];

            // The twin in fp32 on the same numbers: its own rounding must not count.
            Tensor[] plain;
            using (KernelChoice.Plain())
            {
                plain = LoraLinear.ApplyMany(
                    x.To(DType.Float32), Array.ConvertAll(weights, weight => weight.To(DType.Float32)), Array.ConvertAll(biases, bias => bias?.To(DType.Float32)), a, b, scales);
            }

            var fused = LoraLinear.ApplyMany(x, weights, biases, a, b, scales);

            Assert.All(plain.Zip(fused), pair => Twins.AssertClose(pair.First, pair.Second, tolerance, $"{rows} rows, rank {rank}", smallest: 1));
        }
    }

    [Fact]
    public void Apply_WeightThatLearns_IsDifferentiated()
    {
        using var scope = TensorScope.Enter();
        var x = Twins.Random(1, DType.Float32, 2, 5);
        var weight = Twins.Random(2, DType.Float32, 3, 5);
        weight.RequiresGrad = true;

        SmallBatchLinear.Apply(x, weight).Sum().Backward();

        Twins.AssertClose(x.Sum(0, keep: true).Expand(3, 5), weight.Grad!, 1e-6, "gradient");
    }

    [Fact]
    public void Apply_WidthsDiffer_NamesBothShapes()
    {
        using var scope = TensorScope.Enter();
        var x = Tensor.Zeros([2, 5], DType.Float32);
        var weight = Tensor.Zeros([3, 6], DType.Float32);

        var exception = Assert.Throws<TensorException>(() => SmallBatchLinear.Apply(x, weight));

        Assert.Contains("[2, 5]", exception.Message, StringComparison.Ordinal);
        Assert.Contains("[3, 6]", exception.Message, StringComparison.Ordinal);
    }
}
