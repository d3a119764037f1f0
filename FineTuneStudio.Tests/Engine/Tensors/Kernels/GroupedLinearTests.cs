using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>Rows sorted by group, against a product for each group: block kernels, streamed few rows, and shapes that only the library takes.</summary>
public sealed class GroupedLinearTests
{
    // Rows of each group: none, few enough to stream, one block, more than one block.
    private static readonly long[] Rows = [0, 1, 3, 40, 0, 300, 16, 17];

    public static TheoryData<DType, long, long, int, bool> Shapes
    {
        get
        {
            var data = new TheoryData<DType, long, long, int, bool>();
            foreach (var type in Twins.Types)
            {
                foreach (var inputsFirst in new[] { false, true })
                {
                    foreach (var (input, output, parts) in new[] { (64L, 48L, 2), (320, 33, 1), (96, 200, 1), (50, 40, 2), (32, 4, 3) })
                    {
                        data.Add(type, input, output, parts, inputsFirst);
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Apply_SeparateMatricesThatLearn_MatchesItsTwin(DType type, long input, long output, int parts, bool inputsFirst)
    {
        using var scope = TensorScope.Enter();
        var offsets = Offsets(Rows);
        var x = Twins.Learnt(Twins.Random(1, type, Rows.Sum(), input));
        var bias = Twins.Learnt(Twins.Random(2, type, Rows.Length, parts * output));
        Tensor[] weights = [.. Enumerable.Range(0, parts * Rows.Length).Select(index => Twins.Learnt(Matrix(10 + index, type, input, output, inputsFirst)))];

        Twins.AssertSame(inputs => [GroupedLinear.Apply(inputs[0], inputs[2..], offsets, inputs[1], inputsFirst)], [x, bias, .. weights], Bound(type));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Apply_StackedFrozenMatrices_MatchesItsTwin(DType type, long input, long output, int parts, bool inputsFirst)
    {
        using var scope = TensorScope.Enter();
        var offsets = Offsets(Rows);
        var x = Twins.Learnt(Twins.Random(1, type, Rows.Sum(), input));
        Tensor[] weights = [.. Enumerable.Range(0, parts).Select(part => Stack(10 + part, type, input, output, inputsFirst))];

        Twins.AssertSame(inputs => [GroupedLinear.Apply(inputs[0], weights, offsets, null, inputsFirst)], [x], Bound(type));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ApplyLora_StackedPair_MatchesItsTwin(DType type, long input, long output, int parts, bool inputsFirst)
    {
        using var scope = TensorScope.Enter();
        var offsets = Offsets(Rows);
        var x = Twins.Learnt(Twins.Random(1, type, Rows.Sum(), input));
        var bias = Twins.Random(2, type, Rows.Length, parts * output);
        var a = Twins.Learnt(Twins.Random(3, DType.Float32, Rows.Length, 4, input));
        var b = Twins.Learnt(Twins.Random(4, DType.Float32, Rows.Length, parts * output, 4));
        Tensor[] weights = [.. Enumerable.Range(0, parts).Select(part => Stack(10 + part, type, input, output, inputsFirst))];

        Twins.AssertSame(
            inputs => [GroupedLinear.ApplyLora(inputs[0], weights, offsets, bias, inputsFirst, inputs[1], inputs[2], 0.5)],
            [x, a, b],
            type == DType.Float32 ? 1e-5 : 3e-2);
    }

    [Fact]
    public void Apply_SlicesOfOneMatrix_AreReadInPlace()
    {
        using var scope = TensorScope.Enter();
        var whole = Twins.Random(1, DType.Float32, 3, 80, 64);
        var x = Twins.Random(2, DType.Float32, 6, 64);
        var offsets = Offsets([2, 2, 2]);

        var sliced = GroupedLinear.Apply(x, [whole.Narrow(1, 16, 64)], offsets);

        Twins.AssertClose(GroupedLinear.ApplyPlain(x, [whole.Narrow(1, 16, 64)], offsets), sliced, 1e-6, "slice", smallest: 1);
    }

    [Fact]
    public void Apply_MatrixWithoutRows_MayBeEmpty()
    {
        using var scope = TensorScope.Enter();
        var x = Twins.Random(1, DType.Float32, 2, 32);
        var weight = Twins.Random(2, DType.Float32, 8, 32);

        var result = GroupedLinear.Apply(x, [Tensor.Empty([0], DType.Float32), weight, Tensor.Empty([0], DType.Float32)], Offsets([0, 2, 0]));

        Twins.AssertClose(x.Linear(weight), result, 1e-6, "result", smallest: 1);
    }

    [Fact]
    public void Apply_OffsetsThatFall_AreRefused()
    {
        using var scope = TensorScope.Enter();
        var x = Twins.Random(1, DType.Float32, 2, 32);
        var weights = new[] { Twins.Random(2, DType.Float32, 3, 8, 32) };

        Assert.Throws<TensorException>(() => GroupedLinear.Apply(x, weights, Tensor.From<long>([0, 2, 1, 2])));
        Assert.Throws<TensorException>(() => GroupedLinear.Apply(x, weights, Tensor.From<long>([0, 1, 1, 3])));
    }

    [Fact]
    public void Apply_MatrixOfAnotherWidth_NamesBoth()
    {
        using var scope = TensorScope.Enter();
        var x = Twins.Random(1, DType.Float32, 2, 32);

        var exception = Assert.Throws<TensorException>(() => GroupedLinear.Apply(x, [Twins.Random(2, DType.Float32, 1, 8, 64)], Offsets([2])));

        Assert.Contains("[2, 32]", exception.Message, StringComparison.Ordinal);
        Assert.Contains("[8, 64]", exception.Message, StringComparison.Ordinal);
    }

    private static Tensor Offsets(long[] rows)
    {
        var offsets = new long[rows.Length + 1];
        for (var group = 0; group < rows.Length; group++)
        {
            offsets[group + 1] = offsets[group] + rows[group];
        }

        return Tensor.From<long>(offsets);
    }

    private static Tensor Matrix(int seed, DType type, long input, long output, bool inputsFirst)
        => inputsFirst ? Twins.Random(seed, type, input, output) : Twins.Random(seed, type, output, input);

    private static Tensor Stack(int seed, DType type, long input, long output, bool inputsFirst)
        => inputsFirst ? Twins.Random(seed, type, Rows.Length, input, output) : Twins.Random(seed, type, Rows.Length, output, input);

    private static double Bound(DType type) => type == DType.Float32 ? 4e-6 : 2e-2;
}
