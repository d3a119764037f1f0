using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

public sealed class LoraLinearTests
{
    public static TheoryData<DType, long, long, long, long> Shapes
    {
        get
        {
            var data = new TheoryData<DType, long, long, long, long>();
            foreach (var type in Twins.Types)
            {
                foreach (var (tokens, input, output, rank) in new[] { (1L, 8L, 8L, 1L), (1, 64, 48, 16), (37, 65, 33, 8), (200, 128, 256, 16), (130, 96, 80, 64) })
                {
                    data.Add(type, tokens, input, output, rank);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Apply_WithBias_MatchesItsTwin(DType type, long tokens, long input, long output, long rank)
    {
        using var scope = TensorScope.Enter();

        Twins.AssertSame(
            inputs => [LoraLinear.Apply(inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], 2)],
            Inputs(type, tokens, input, output, rank),
            type == DType.Float32 ? 1e-5 : 3e-2);
    }

    [Fact]
    public void Apply_AdapterReadsSomethingElse_MatchesItsTwin()
    {
        using var scope = TensorScope.Enter();

        Twins.AssertSame(
            inputs => [LoraLinear.Apply(inputs[0], inputs[1], null, inputs[3], inputs[4], 0.5, inputs[5])],
            [.. Inputs(DType.Float32, 19, 24, 40, 4), Twins.Learnt(Twins.Random(9, DType.Float32, 19, 24))],
            1e-5);
    }

    [Fact]
    public void Apply_InputIsNotDifferentiated_AdapterGradientsMatch()
    {
        using var scope = TensorScope.Enter();
        var inputs = Inputs(DType.Float32, 19, 24, 40, 4);
        inputs[0] = inputs[0].Detach();

        Twins.AssertSame(given => [LoraLinear.Apply(given[0], given[1], null, given[3], given[4], 0.5)], inputs, 1e-5);
    }

    [Fact]
    public void Apply_ShapesDoNotFit_NamesThem()
    {
        using var scope = TensorScope.Enter();
        var inputs = Inputs(DType.Float32, 19, 24, 40, 4);

        var exception = Assert.Throws<TensorException>(() => LoraLinear.Apply(inputs[0], inputs[1], null, inputs[4], inputs[3], 1));

        Assert.Contains("a [40, 4]", exception.Message, StringComparison.Ordinal);
    }

    // x, weight, bias, a, b; the adapter in fp32 as masters are, x and adapter differentiated.
    private static Tensor[] Inputs(DType type, long tokens, long input, long output, long rank) =>
    [
        Twins.Learnt(Twins.Random(1, type, tokens, input)),
        Twins.Random(2, type, output, input),
        Twins.Random(3, type, output),
        Twins.Learnt(Twins.Random(4, DType.Float32, rank, input)),
        Twins.Learnt(Twins.Random(5, DType.Float32, output, rank)),
    ];
}
