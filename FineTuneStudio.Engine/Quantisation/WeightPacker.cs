using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Quantisation;

/// <summary>Puts a matrix into few bits, with the very bits that bitsandbytes gives it.</summary>
internal static class WeightPacker
{
    /// <summary>Weights that share a scale in 4 bits.</summary>
    public const int BlockSize = 64;

    // Blocks that one thread takes at a time.
    private const int BlocksOfTask = 1024;

    /// <summary>Packs.</summary>
    /// <param name="weight">In main memory. <c>[out, in]</c></param>
    /// <param name="format">Not <see cref="Quantization.None"/>.</param>
    public static PackedTensor Pack(Tensor weight, Quantization format)
    {
        using var scope = TensorScope.Enter();
        var numbers = weight.To(DType.Float32);
        return format switch
        {
            Quantization.Nf4 => FourBit(numbers, doubled: false),
            Quantization.Nf4Double => FourBit(numbers, doubled: true),
            Quantization.Int8 => EightBit(numbers),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such format."),
        };
    }

    /// <summary>Bytes that a matrix of this shape takes.</summary>
    public static long BytesOf(long rows, long columns, Quantization format)
    {
        const int wide = sizeof(float);
        var count = rows * columns;
        var blocks = (count + BlockSize - 1) / BlockSize;
        return format switch
        {
            Quantization.Nf4 => ((count + 1) / 2) + (wide * blocks),
            Quantization.Nf4Double => ((count + 1) / 2) + blocks + (wide * ((blocks + ScaleCodec.BlockSize - 1) / ScaleCodec.BlockSize)),
            Quantization.Int8 => count + (wide * rows),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such format."),
        };
    }

    private static unsafe PackedTensor FourBit(Tensor numbers, bool doubled)
    {
        var count = numbers.ElementCount;
        var blocks = (count + BlockSize - 1) / BlockSize;
        var (codes, scales) = (Tensor.Empty([(count + 1) / 2], DType.UInt8), Tensor.Empty([blocks], DType.Float32));
        float* from = (float*)numbers.DataPointer, factors = (float*)scales.DataPointer;
        var to = (byte*)codes.DataPointer;
        Parallel.For(0, (blocks + BlocksOfTask - 1) / BlocksOfTask, task =>
        {
            var first = task * BlocksOfTask;
            var here = (int)Math.Min(BlocksOfTask, blocks - first);
            var elements = (int)Math.Min((long)here * BlockSize, count - (first * BlockSize));
            FourBitCodec.Encode(
                new ReadOnlySpan<float>(from + (first * BlockSize), elements), FourBitCodec.NormalFloat, BlockSize,
                new Span<byte>(to + (first * BlockSize / 2), (elements + 1) / 2), new Span<float>(factors + first, here));
        });
        long[] shape = [.. numbers.Shape];
        var table = Tensor.From(FourBitCodec.NormalFloat);
        if (!doubled)
        {
            return PackedTensor.FourBit(shape, codes, scales, table, BlockSize);
        }

        var (small, outer) = (new byte[blocks], new float[(blocks + ScaleCodec.BlockSize - 1) / ScaleCodec.BlockSize]);
        var offset = ScaleCodec.Encode(scales.AsSpan<float>(), small, outer);
        return PackedTensor.FourBit(
            shape, codes, Tensor.From<byte>(small), table, BlockSize, Tensor.From<float>(outer), Tensor.From<float>(DynamicMap.Signed), ScaleCodec.BlockSize, offset);
    }

    private static unsafe PackedTensor EightBit(Tensor numbers)
    {
        var (rows, columns) = (numbers.Size(0), (int)numbers.Size(1));
        var (codes, scales) = (Tensor.Empty([rows, columns], DType.Int8), Tensor.Empty([rows], DType.Float32));
        float* from = (float*)numbers.DataPointer, factors = (float*)scales.DataPointer;
        var to = (sbyte*)codes.DataPointer;
        Parallel.For(0, rows, row => factors[row] = EightBitCodec.Encode(new ReadOnlySpan<float>(from + (row * columns), columns), new Span<sbyte>(to + (row * columns), columns)));
        return PackedTensor.EightBit(codes, scales);
    }
}
