namespace FineTuneStudio.Engine.Tensors;

/// <summary>A matrix in few bits: codes, and scales that turn them into numbers. Owns its parts.</summary>
internal sealed class PackedTensor : IDisposable
{
    private PackedTensor(long[] shape, Tensor[] parts, long block, long outerBlock, double offset, DType rounding = DType.Float32, bool lowFirst = false)
    {
        Shape = shape;
        Parts = Array.ConvertAll(parts, part => part.Own());
        Sizes = [shape[0], shape[1], block, outerBlock, (long)rounding, lowFirst ? 1 : 0, parts.Length];
        Offset = offset;
    }

    /// <summary><c>[out, in]</c>; of a stack of matrices, those of all, one after another.</summary>
    public long[] Shape { get; }

    /// <summary>Number of weights.</summary>
    public long ElementCount => Shape[0] * Shape[1];

    /// <summary>Codes and scales; then, of 4 bits, the 16 numbers that codes stand for; then, of quantised scales, their own scales and the 256 numbers that theirs stand for.</summary>
    public Tensor[] Parts { get; }

    /// <summary>Rows, columns, weights that share a scale, scales that share one, the type that numbers are rounded to, whether the low half of a byte is its first code, parts.</summary>
    public long[] Sizes { get; }

    /// <summary>Added to every scale that was quantised.</summary>
    public double Offset { get; }

    /// <summary>Memory that it takes.</summary>
    public long Bytes => Parts.Sum(part => part.Bytes);

    /// <summary>4 bits a weight; blocks run over the flat matrix, the first of two weights is in the high half of a byte.</summary>
    /// <param name="shape"><c>[out, in]</c></param>
    /// <param name="codes">UInt8, <c>[(n + 1) / 2]</c></param>
    /// <param name="scales">fp32, one for each block.</param>
    /// <param name="table">The numbers that codes stand for. fp32, <c>[16]</c></param>
    /// <param name="block">Weights that share a scale.</param>
    public static PackedTensor FourBit(long[] shape, Tensor codes, Tensor scales, Tensor table, int block) => new(shape, [codes, scales, table], block, 0, 0);

    /// <summary>4 bits a weight and 8 a scale: <c>scale = scaleTable[code] * outerScale + offset</c>.</summary>
    /// <param name="shape"><c>[out, in]</c></param>
    /// <param name="codes">UInt8, <c>[(n + 1) / 2]</c></param>
    /// <param name="scales">UInt8, one for each block.</param>
    /// <param name="table">The numbers that codes stand for. fp32, <c>[16]</c></param>
    /// <param name="block">Weights that share a scale.</param>
    /// <param name="outerScales">fp32, one for each outer block.</param>
    /// <param name="scaleTable">fp32, <c>[256]</c></param>
    /// <param name="outerBlock">Scales that share one.</param>
    /// <param name="offset">Added to each scale.</param>
    public static PackedTensor FourBit(long[] shape, Tensor codes, Tensor scales, Tensor table, int block, Tensor outerScales, Tensor scaleTable, int outerBlock, float offset)
        => new(shape, [codes, scales, table, outerScales, scaleTable], block, outerBlock, offset);

    /// <summary>8 bits a weight: <c>code * scale / 127</c>, a scale for each row.</summary>
    /// <param name="codes">Int8. <c>[out, in]</c></param>
    /// <param name="scales">fp32. <c>[out]</c></param>
    public static PackedTensor EightBit(Tensor codes, Tensor scales) => new([codes.Size(0), codes.Size(1)], [codes, scales], codes.Size(1), 0, 0);

    /// <summary>4 bits a weight and a power of two for each group, as gpt-oss's files have them: the first of two weights is in the low half of a byte.</summary>
    /// <param name="shape"><c>[out, in]</c></param>
    /// <param name="codes">UInt8, <c>[n / 2]</c></param>
    /// <param name="exponents">UInt8, one for each group.</param>
    /// <param name="table">The numbers that codes stand for. fp32, <c>[16]</c></param>
    /// <param name="powers">The numbers that exponents stand for. fp32, <c>[256]</c></param>
    /// <param name="group">Weights that share an exponent.</param>
    public static PackedTensor Microscaled(long[] shape, Tensor codes, Tensor exponents, Tensor table, Tensor powers, int group)
        => new(shape, [codes, exponents, table, Tensor.Full([1], 1, DType.Float32), powers], group, exponents.ElementCount, 0, lowFirst: true);

    /// <summary>Floats of 8 bits (e4m3), with a scale for each square, counted from the top left.</summary>
    /// <param name="shape"><c>[out, in]</c></param>
    /// <param name="codes">UInt8, <c>[n]</c></param>
    /// <param name="scales">fp32. <c>[ceil(out / step), ceil(in / step)]</c></param>
    /// <param name="step">Rows and columns that share a scale.</param>
    public static PackedTensor Float8(long[] shape, Tensor codes, Tensor scales, long step) => new(shape, [codes, scales], step, 0, 0);

    /// <summary>The same with numbers that are rounded to a type first, as a quantised folder asks for; takes over the parts.</summary>
    public PackedTensor RoundedTo(DType dtype) => new(Shape, Parts, Sizes[2], Sizes[3], Offset, dtype, Sizes[5] != 0);

    /// <summary>On another device; this one where it is there already.</summary>
    public PackedTensor To(Device device)
    {
        if (device.IsCpu)
        {
            return this;
        }

        using (this)
        {
            return new PackedTensor(Shape, Array.ConvertAll(Parts, part => part.To(device)), Sizes[2], Sizes[3], Offset, (DType)Sizes[4], Sizes[5] != 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in Parts)
        {
            part.Dispose();
        }
    }
}
