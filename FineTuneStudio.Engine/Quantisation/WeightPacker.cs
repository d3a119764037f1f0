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
    /// <param name="weight">In main memory. <c>[out, in]</c>, or a stack that has inputs first, <c>[E, in, out]</c>, which becomes <c>[E out, in]</c>.</param>
    /// <param name="format">Not <see cref="Quantization.None"/>.</param>
    public static PackedTensor Pack(Tensor weight, Quantization format)
    {
        using var scope = TensorScope.Enter();
        var pieces = weight.Dimensions == 3 ? MatricesOf(weight, format) : new MatrixPieces(weight.Size(0), weight.Size(1), 1, _ => weight.To(DType.Float32));
        return format switch
        {
            Quantization.Nf4 => FourBit(pieces, doubled: false),
            Quantization.Nf4Double => FourBit(pieces, doubled: true),
            Quantization.Int8 => EightBit(pieces),
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

    // One matrix at a time, so that a stack is never there in fp32 as a whole; unless a block of 4-bit weights would lie across two of them.
    private static MatrixPieces MatricesOf(Tensor stack, Quantization format)
    {
        var (experts, inputs, outputs) = (stack.Size(0), stack.Size(1), stack.Size(2));
        return format == Quantization.Int8 || inputs * outputs % BlockSize == 0
            ? new MatrixPieces(experts * outputs, inputs, experts, expert => stack.Select(0, expert).Transpose(0, 1).To(DType.Float32).Contiguous())
            : new MatrixPieces(experts * outputs, inputs, 1, _ => stack.Transpose(1, 2).To(DType.Float32).Reshape(experts * outputs, inputs));
    }

    private static unsafe PackedTensor FourBit(MatrixPieces pieces, bool doubled)
    {
        var count = pieces.Rows * pieces.Columns;
        var blocks = (count + BlockSize - 1) / BlockSize;
        var (codes, scales) = (Tensor.Empty([(count + 1) / 2], DType.UInt8), Tensor.Empty([blocks], DType.Float32));
        var factors = (float*)scales.DataPointer;
        var to = (byte*)codes.DataPointer;
        pieces.Each((numbers, firstRow) =>
        {
            var (from, begin, own) = ((nint)numbers.DataPointer, firstRow * pieces.Columns / BlockSize, numbers.ElementCount);
            Parallel.For(0, (own + (BlockSize * BlocksOfTask) - 1) / (BlockSize * BlocksOfTask), task =>
            {
                var first = task * BlocksOfTask;
                var elements = (int)Math.Min((long)BlocksOfTask * BlockSize, own - (first * BlockSize));
                FourBitCodec.Encode(
                    new ReadOnlySpan<float>((float*)from + (first * BlockSize), elements), FourBitCodec.NormalFloat, BlockSize,
                    new Span<byte>(to + ((begin + first) * BlockSize / 2), (elements + 1) / 2), new Span<float>(factors + begin + first, (elements + BlockSize - 1) / BlockSize));
            });
        });
        long[] shape = [pieces.Rows, pieces.Columns];
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

    private static unsafe PackedTensor EightBit(MatrixPieces pieces)
    {
        var columns = (int)pieces.Columns;
        var (codes, scales) = (Tensor.Empty([pieces.Rows, columns], DType.Int8), Tensor.Empty([pieces.Rows], DType.Float32));
        var factors = (float*)scales.DataPointer;
        var to = (sbyte*)codes.DataPointer;
        pieces.Each((numbers, firstRow) =>
        {
            var from = (nint)numbers.DataPointer;
            Parallel.For(0, numbers.Size(0), row => factors[firstRow + row] = EightBitCodec.Encode(
                new ReadOnlySpan<float>((float*)from + (row * columns), columns), new Span<sbyte>(to + ((firstRow + row) * columns), columns)));
        });
        return PackedTensor.EightBit(codes, scales);
    }
}
