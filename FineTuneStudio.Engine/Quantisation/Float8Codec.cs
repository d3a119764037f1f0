namespace FineTuneStudio.Engine.Quantisation;

/// <summary>DeepSeek's block-scaled FP8: e4m3 bytes and a single-precision scale for every rectangle of the matrix, counted from the top left.</summary>
internal static class Float8Codec
{
    private static readonly float[] Table = [.. Enumerable.Range(0, 256).Select(bits => ValueOf((byte)bits))];

    /// <summary>Value of an e4m3fn byte: four bits of exponent, three of fraction, no infinities; all ones is not a number.</summary>
    public static float ValueOf(byte bits)
    {
        var (exponent, fraction) = ((bits >> 3) & 0x0F, bits & 7);
        var size = (exponent, fraction) switch
        {
            (15, 7) => float.NaN,
            (0, _) => MathF.ScaleB(fraction, -9),
            _ => MathF.ScaleB(8 + fraction, exponent - 10),
        };
        return (bits & 0x80) != 0 ? -size : size;
    }

    /// <summary>A matrix of bytes to numbers.</summary>
    /// <param name="bytes"><c>[rows, columns]</c></param>
    /// <param name="scales"><c>[ceil(rows / height), ceil(columns / width)]</c></param>
    /// <param name="numbers"><c>[rows, columns]</c></param>
    /// <param name="rows">Height of the matrix.</param>
    /// <param name="columns">Width of the matrix.</param>
    /// <param name="height">Rows that share a scale.</param>
    /// <param name="width">Columns that share a scale.</param>
    public static unsafe void Decode(byte* bytes, float* scales, float* numbers, long rows, long columns, long height, long width)
    {
        var across = (columns + width - 1) / width;
        Parallel.For(0L, rows, row =>
        {
            for (var column = 0L; column < columns; column++)
            {
                numbers[(row * columns) + column] = Table[bytes[(row * columns) + column]] * scales[(row / height * across) + (column / width)];
            }
        });
    }
}
