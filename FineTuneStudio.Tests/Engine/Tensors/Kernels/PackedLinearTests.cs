using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Quantisation;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>Products with weights in few bits, against their twin, which unpacks first.</summary>
public sealed class PackedLinearTests
{
    public static TheoryData<PackedFormat, DType> Formats => new MatrixTheoryData<PackedFormat, DType>(Enum.GetValues<PackedFormat>(), Twins.Types);

    [Theory]
    [MemberData(nameof(Formats))]
    public void Apply_FewRowsOrMany_MatchesItsTwin(PackedFormat format, DType type)
    {
        foreach (var (width, outputs) in new (long, long)[] { (64, 5), (33, 7), (96, 131), (300, 20), (1024, 70) })
        {
            foreach (var rows in new long[] { 1, 3, 16, 17, 60 })
            {
                using var scope = TensorScope.Enter();
                using var off = GradMode.Off();
                using var weight = Weight(format, outputs, width);
                var (x, bias) = (Twins.Random(1, type, rows, weight.Shape[1]), rows % 2 == 0 ? null : Twins.Random(3, type, outputs));

                var product = PackedLinear.Apply(x, weight, bias);

                Twins.AssertClose(PackedLinear.ApplyPlain(x, weight, bias), product, Tolerance(type), $"{rows} x {width} x {outputs}", smallest: 1);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Apply_RowsTogether_HaveTheBitsOfEachAlone(PackedFormat format, DType type)
    {
        foreach (var width in new long[] { 64, 300, 1024 })
        {
            using var scope = TensorScope.Enter();
            using var off = GradMode.Off();
            using var weight = Weight(format, 70, width);
            var x = Twins.Random(1, type, 15, weight.Shape[1]);

            var together = PackedLinear.Apply(x, weight, bias: null);

            Assert.All(Enumerable.Range(0, 15), row => Assert.True(PackedLinear.Apply(x.Narrow(0, row, 1), weight, bias: null).HasSameElements(together.Narrow(0, row, 1)), $"row {row} of {width}"));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Backward_AnyFormat_IsTheTwins(PackedFormat format, DType type)
    {
        using var scope = TensorScope.Enter();
        using var weight = Weight(format, 70, 96);
        foreach (var rows in new long[] { 3, 64 })
        {
            Tensor Gradient(Func<Tensor, Tensor> product)
            {
                var x = Twins.Random(1, type, rows, 96);
                x.RequiresGrad = true;
                (product(x) * Twins.Random(4, type, rows, 70)).Sum().Backward();
                return x.Grad!;
            }

            Twins.AssertClose(Gradient(x => PackedLinear.ApplyPlain(x, weight, null)), Gradient(x => PackedLinear.Apply(x, weight, null)), Tolerance(type), $"{rows} rows", smallest: 1);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void ApplyLora_AsInTraining_HasTheBitsOfTheSameBesideItsNumbers(PackedFormat format, DType type)
    {
        foreach (var (rows, reads) in new (long, bool)[] { (3, false), (64, false), (64, true) })
        {
            using var scope = TensorScope.Enter();
            using var weight = Weight(format, 70, 96);
            var (bias, dy) = (Twins.Random(3, type, 70), Twins.Random(4, type, rows, 70));
            Tensor[] Inputs() =>
            [
                Twins.Learnt(Twins.Random(1, type, rows, 96)), Twins.Learnt(Twins.Random(5, DType.Float32, 8, 96)), Twins.Learnt(Twins.Random(6, DType.Float32, 70, 8)),
                Twins.Learnt(Twins.Random(7, type, rows, 96)),
            ];

            var (packed, numbers) = (Inputs(), Inputs());
            var product = PackedLinear.ApplyLora(packed[0], weight, bias, packed[1], packed[2], 0.5, reads ? packed[3] : null);
            product.Backward(dy);
            var expected = LoraLinear.Apply(numbers[0], PackedLinear.Numbers(weight, type), bias, numbers[1], numbers[2], 0.5, reads ? numbers[3] : null);
            expected.Backward(dy);

            Assert.True(expected.HasSameElements(product), $"{rows} rows");
            Assert.All(numbers.Zip(packed).Take(reads ? 4 : 3), pair => Assert.True(pair.First.Grad!.HasSameElements(pair.Second.Grad!), $"{rows} rows: gradient"));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void ApplyLora_FewRowsOrMany_MatchesItsTwin(PackedFormat format, DType type)
    {
        foreach (var (width, outputs, rank) in new (long, long, long)[] { (64, 5, 1), (33, 7, 3), (300, 70, 16) })
        {
            foreach (var rows in new long[] { 1, 16, 17, 60 })
            {
                using var scope = TensorScope.Enter();
                using var off = GradMode.Off();
                using var weight = Weight(format, outputs, width);
                var (x, bias, read) = (Twins.Random(1, type, rows, weight.Shape[1]), rows % 2 == 0 ? null : Twins.Random(3, type, outputs), rows < 17 ? null : Twins.Random(6, type, rows, weight.Shape[1]));
                var (a, b) = (Twins.Random(4, DType.Float32, rank, weight.Shape[1]), Twins.Random(5, DType.Float32, outputs, rank));

                var product = PackedLinear.ApplyLora(x, weight, bias, a, b, 0.5, read);

                Twins.AssertClose(PackedLinear.ApplyLoraPlain(x, weight, bias, a, b, 0.5, read), product, 2 * Tolerance(type), $"{rows} x {width} x {outputs}", smallest: 1);
            }
        }
    }

    [Theory]
    [InlineData(Quantization.Nf4)]
    [InlineData(Quantization.Nf4Double)]
    [InlineData(Quantization.Int8)]
    public void Numbers_MadeAnyWay_AreTheSameBits(Quantization format)
    {
        using var scope = TensorScope.Enter();
        using var weight = WeightPacker.Pack(Twins.Random(2, DType.Float32, 37, 75), format);

        var (wide, half) = (PackedLinear.Numbers(weight, DType.Float32), PackedLinear.Numbers(weight, DType.BFloat16));

        Assert.True(wide.To(DType.BFloat16).HasSameElements(half));
        Assert.True(wide.To(DType.Float16).HasSameElements(PackedLinear.Numbers(weight, DType.Float16)), "by libtorch's operators, as on other devices");
    }

    [Fact]
    public void ApplyLora_RanksDiffer_NamesBothShapes()
    {
        using var scope = TensorScope.Enter();
        using var weight = WeightPacker.Pack(Twins.Random(2, DType.Float32, 3, 6), Quantization.Nf4);

        var exception = Assert.Throws<TensorException>(() => PackedLinear.ApplyLora(Tensor.Zeros([2, 6], DType.Float32), weight, null, Tensor.Zeros([2, 6], DType.Float32), Tensor.Zeros([3, 4], DType.Float32), 1));

        Assert.Contains("[2, 6]", exception.Message, StringComparison.Ordinal);
        Assert.Contains("[3, 4]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_WidthsDiffer_NamesBothShapes()
    {
        using var scope = TensorScope.Enter();
        using var weight = WeightPacker.Pack(Twins.Random(2, DType.Float32, 3, 6), Quantization.Nf4);

        var exception = Assert.Throws<TensorException>(() => PackedLinear.Apply(Tensor.Zeros([2, 5], DType.Float32), weight, null));

        Assert.Contains("[2, 5]", exception.Message, StringComparison.Ordinal);
        Assert.Contains("[3, 6]", exception.Message, StringComparison.Ordinal);
    }

    // MXFP4 has whole blocks only: about as wide.
    private static PackedTensor Weight(PackedFormat format, long outputs, long width)
    {
        using var generator = new RandomGenerator(2);
        return RandomPacked.Make(format, outputs, format == PackedFormat.Microscaled ? Math.Max(32, width / 32 * 32) : width, deviation: 1, generator);
    }

    private static double Tolerance(DType type) => type == DType.Float32 ? 1e-5 : 1.5e-2;
}
