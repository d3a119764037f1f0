using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Quantisation;

/// <summary>Weights in few bits without a file: what a measurement needs of a model.</summary>
internal static class RandomPacked
{
    private const int Square = 128;

    // Floats of 8 bits from 2^-3 to below 1, of either sign; exponents from 2^-8 to 2^-5.
    private const int LeastFloat = 0x20;
    private const int FloatsEnd = 0x38;
    private const int LeastExponent = 119;
    private const int ExponentsEnd = 123;

    /// <summary>Makes one; the same seed gives the same bits.</summary>
    /// <param name="format">Its layout.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs; of MXFP4 a multiple of 32.</param>
    /// <param name="deviation">About how large its numbers are.</param>
    /// <param name="generator">Where numbers come from.</param>
    public static PackedTensor Make(PackedFormat format, long rows, long columns, double deviation, RandomGenerator generator)
    {
        using var scope = TensorScope.Enter();
        Tensor Normal() => Tensor.Empty([rows, columns], DType.Float32).FillNormal(0, deviation, generator);
        Tensor Bytes(long count, int from, int to) => Tensor.Empty([count], DType.Float32).FillUniform(from, to, generator).To(DType.UInt8);

        return format switch
        {
            PackedFormat.Nf4 => WeightPacker.Pack(Normal(), Quantization.Nf4),
            PackedFormat.Nf4Double => WeightPacker.Pack(Normal(), Quantization.Nf4Double),
            PackedFormat.Int8 => WeightPacker.Pack(Normal(), Quantization.Int8),
            PackedFormat.Float8 => PackedTensor.Float8(
                [rows, columns], Bytes(rows * columns, LeastFloat, FloatsEnd), Tensor.Empty([Squares(rows), Squares(columns)], DType.Float32).FillNormal(0, deviation, generator), Square),
            PackedFormat.Microscaled => PackedTensor.Microscaled(
                [rows, columns], Bytes(rows * columns / 2, 0, 256), Bytes(rows * columns / MicroscalingFormat.GroupSize, LeastExponent, ExponentsEnd), Tensor.From(MicroscalingFormat.Values),
                Tensor.From<float>(MicroscalingFormat.Powers), MicroscalingFormat.GroupSize),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such format."),
        };
    }

    private static long Squares(long size) => (size + Square - 1) / Square;
}
