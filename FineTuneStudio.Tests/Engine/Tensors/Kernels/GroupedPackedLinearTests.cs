using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Quantisation;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>Rows sorted by group times matrices in few bits, against the same with their numbers.</summary>
public sealed class GroupedPackedLinearTests
{
    // Rows of each group: none, few enough to read few bits alone, one block, more than one block.
    private static readonly long[] Rows = [0, 1, 3, 40, 0, 300, 16, 17];

    public static TheoryData<PackedFormat, DType> Formats
    {
        get
        {
            var data = new TheoryData<PackedFormat, DType>();
            foreach (var format in Enum.GetValues<PackedFormat>())
            {
                foreach (var type in Twins.Types)
                {
                    data.Add(format, type);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Apply_Recorded_HasTheBitsOfTheProductWithItsNumbers(PackedFormat format, DType type)
    {
        foreach (var (input, output, parts, stacked) in Shapes)
        {
            using var scope = TensorScope.Enter();
            using var matrices = new Packed(format, input, output, parts, stacked);
            var (offsets, bias) = (Offsets(Rows), Twins.Random(2, type, Rows.Length, parts * output));
            var (x, same) = (Twins.Learnt(Twins.Random(1, type, Rows.Sum(), input)), Twins.Learnt(Twins.Random(1, type, Rows.Sum(), input)));
            var dy = Twins.Random(5, type, Rows.Sum(), parts * output);

            var product = GroupedPackedLinear.Apply(x, matrices.All, offsets, bias);
            product.Backward(dy);

            var expected = GroupedLinear.Apply(same, matrices.Numbers(type), offsets, bias);
            expected.Backward(dy);
            Assert.True(expected.HasSameElements(product), $"{input} x {output}, {parts} parts");
            Assert.True(same.Grad!.HasSameElements(x.Grad!), $"{input} x {output}, {parts} parts: gradient");
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void ApplyLora_Recorded_HasTheBitsOfTheProductWithItsNumbers(PackedFormat format, DType type)
    {
        foreach (var (input, output, parts, stacked) in Shapes)
        {
            using var scope = TensorScope.Enter();
            using var matrices = new Packed(format, input, output, parts, stacked);
            var offsets = Offsets(Rows);
            var dy = Twins.Random(5, type, Rows.Sum(), parts * output);
            Tensor[] Inputs() =>
            [
                Twins.Learnt(Twins.Random(1, type, Rows.Sum(), input)), Twins.Learnt(Twins.Random(3, DType.Float32, Rows.Length, 4, input)),
                Twins.Learnt(Twins.Random(4, DType.Float32, Rows.Length, parts * output, 4)),
            ];

            var (packed, dense) = (Inputs(), Inputs());
            var product = GroupedPackedLinear.ApplyLora(packed[0], matrices.All, offsets, null, packed[1], packed[2], 0.5);
            product.Backward(dy);
            var expected = GroupedLinear.ApplyLora(dense[0], matrices.Numbers(type), offsets, null, inputsFirst: false, dense[1], dense[2], 0.5);
            expected.Backward(dy);

            Assert.True(expected.HasSameElements(product), $"{input} x {output}, {parts} parts");
            Assert.All(dense.Zip(packed), pair => Assert.True(pair.First.Grad!.HasSameElements(pair.Second.Grad!), $"{input} x {output}, {parts} parts: gradient"));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Apply_WithoutGradients_MatchesItsTwin(PackedFormat format, DType type)
    {
        using var off = GradMode.Off();
        foreach (var rows in new long[][] { Rows, [0, 0, 1, 0, 0, 0, 1, 0], [2, 1, 3, 4, 0, 1, 1, 4] })
        {
            foreach (var (input, output, parts, stacked) in Shapes)
            {
                using var scope = TensorScope.Enter();
                using var matrices = new Packed(format, input, output, parts, stacked);
                var (x, bias, offsets) = (Twins.Random(1, type, rows.Sum(), input), Twins.Random(2, type, rows.Length, parts * output), Offsets(rows));
                var (a, b) = (Twins.Random(3, DType.Float32, rows.Length, 4, input), Twins.Random(4, DType.Float32, rows.Length, parts * output, 4));

                var (product, adapted) = (GroupedPackedLinear.Apply(x, matrices.All, offsets, bias), GroupedPackedLinear.ApplyLora(x, matrices.All, offsets, bias, a, b, 0.5));

                var bound = type == DType.Float32 ? 1e-5 : 3e-2;
                Twins.AssertClose(GroupedPackedLinear.ApplyPlain(x, matrices.All, offsets, bias), product, bound, $"{rows.Sum()} rows, {input} x {output}", smallest: 1);
                Twins.AssertClose(GroupedPackedLinear.ApplyLoraPlain(x, matrices.All, offsets, bias, a, b, 0.5), adapted, bound, $"{rows.Sum()} rows, {input} x {output}, adapter", smallest: 1);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Apply_NoRows_IsEmpty(PackedFormat format, DType type)
    {
        using var scope = TensorScope.Enter();
        using var matrices = new Packed(format, 64, 48, parts: 1, stacked: true);

        var product = GroupedPackedLinear.Apply(Twins.Random(1, type, 0, 64), matrices.All, Offsets(new long[Rows.Length]), null);

        Assert.Equal([0, 48], product.Shape);
    }

    [Fact]
    public void Apply_WidthsDiffer_NamesBothShapes()
    {
        using var scope = TensorScope.Enter();
        using var matrices = new Packed(PackedFormat.Nf4, 64, 48, parts: 1, stacked: false);

        var exception = Assert.Throws<TensorException>(() => GroupedPackedLinear.Apply(Tensor.Zeros([Rows.Sum(), 32], DType.Float32), matrices.All, Offsets(Rows), null));

        Assert.Contains("32]", exception.Message, StringComparison.Ordinal);
        Assert.Contains("[48, 64]", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Quantization.Nf4)]
    [InlineData(Quantization.Nf4Double)]
    [InlineData(Quantization.Int8)]
    public void Pack_StackThatHasInputsFirst_IsItsMatricesOneAfterAnother(Quantization format)
    {
        foreach (var (inputs, outputs) in new (long, long)[] { (64, 10), (24, 7) })
        {
            using var scope = TensorScope.Enter();
            var stack = Twins.Random(1, DType.BFloat16, 3, inputs, outputs);

            using var packed = WeightPacker.Pack(stack, format);

            using var flat = WeightPacker.Pack(stack.Transpose(1, 2).Reshape(3 * outputs, inputs), format);
            Assert.Equal(flat.Shape, packed.Shape);
            Assert.All(flat.Parts.Zip(packed.Parts), pair => Assert.True(pair.First.HasSameElements(pair.Second)));
        }
    }

    // Widths that fill blocks of scales, and that do not; matrices by themselves and stacked.
    private static (long Input, long Output, int Parts, bool Stacked)[] Shapes => [(64, 48, 2, false), (320, 33, 1, true), (96, 200, 1, false), (32, 4, 3, true)];

    private static Tensor Offsets(long[] rows)
    {
        var offsets = new long[rows.Length + 1];
        for (var group = 0; group < rows.Length; group++)
        {
            offsets[group + 1] = offsets[group] + rows[group];
        }

        return Tensor.From<long>(offsets);
    }

    private sealed class Packed : IDisposable
    {
        private readonly bool _stacked;

        public Packed(PackedFormat format, long input, long output, int parts, bool stacked)
        {
            _stacked = stacked;
            var rows = stacked ? output * Rows.Length : output;
            All = new PackedMatrices([.. Enumerable.Range(0, stacked ? parts : parts * Rows.Length).Select(index => Make(format, index, rows, input))], parts);
        }

        public PackedMatrices All { get; }

        public Tensor[] Numbers(DType type) => Array.ConvertAll(All.Matrices, matrix =>
        {
            var numbers = PackedLinear.Numbers(matrix, type);
            return _stacked ? numbers.View(Rows.Length, matrix.Shape[0] / Rows.Length, matrix.Shape[1]) : numbers;
        });

        public void Dispose() => Array.ForEach(All.Matrices, matrix => matrix.Dispose());

        private static PackedTensor Make(PackedFormat format, int index, long rows, long columns)
        {
            using var generator = new RandomGenerator(100 + index);
            return RandomPacked.Make(format, rows, columns, deviation: 1, generator);
        }
    }
}
