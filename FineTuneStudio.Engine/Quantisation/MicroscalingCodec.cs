namespace FineTuneStudio.Engine.Quantisation;

/// <summary>gpt-oss's MXFP4: groups of 32 four-bit floats with one power of two; the low half of a byte first, matrices transposed.</summary>
internal static class MicroscalingCodec
{
    private const int GroupSize = 32;

    private static ReadOnlySpan<float> Values => [0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6];

    /// <summary>Blocks to matrices.</summary>
    /// <param name="blocks"><c>[experts, rows, groups, 16]</c></param>
    /// <param name="scales"><c>[experts, rows, groups]</c>; the value is 2 to the power of it less 127.</param>
    /// <param name="numbers"><c>[experts, 32 groups, rows]</c></param>
    /// <param name="experts">How many matrices.</param>
    /// <param name="rows">Rows as stored.</param>
    /// <param name="groups">Groups of a row.</param>
    public static unsafe void Decode(byte* blocks, byte* scales, float* numbers, long experts, long rows, long groups)
    {
        var columns = groups * GroupSize;
        Parallel.For(0L, experts * rows, line =>
        {
            var (expert, row) = (line / rows, line % rows);
            for (var group = 0L; group < groups; group++)
            {
                var place = (line * groups) + group;
                var scale = MathF.ScaleB(1, scales[place] - 127);
                for (var index = 0; index < GroupSize; index++)
                {
                    var both = blocks[(place * (GroupSize / 2)) + (index / 2)];
                    var column = (group * GroupSize) + index;
                    numbers[(((expert * columns) + column) * rows) + row] = Values[index % 2 == 0 ? both & 0x0F : both >> 4] * scale;
                }
            }
        });
    }
}
