namespace FineTuneStudio.Engine.Quantisation;

/// <summary>bitsandbytes' 4-bit formats: sixteen codes, a scale for every block of the flat tensor, scales perhaps quantised themselves.</summary>
/// <remarks>
/// Dettmers et al. 2023, arXiv 2305.14314, section 3. All arithmetic is single precision, in the library's order; the first of two numbers is in
/// the high half of a byte.
/// </remarks>
internal static class FourBitCodec
{
    /// <summary>What a block of zeros is divided by.</summary>
    public const float LeastScale = 1e-38f;

    /// <summary>NF4's codes: quantiles of a normal distribution, the published numbers.</summary>
    public static ReadOnlySpan<float> NormalFloat =>
    [
        -1f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0f,
        0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1f,
    ];

    /// <summary>Numbers to codes and scales.</summary>
    /// <param name="numbers">The flat tensor.</param>
    /// <param name="code">Sixteen codes, rising.</param>
    /// <param name="blockSize">Numbers that share a scale.</param>
    /// <param name="packed">Two numbers a byte.</param>
    /// <param name="scales">One for each block.</param>
    public static void Encode(ReadOnlySpan<float> numbers, ReadOnlySpan<float> code, int blockSize, Span<byte> packed, Span<float> scales)
    {
        packed.Clear();
        if (numbers.Length % 2 == 1)
        {
            // The half byte that is left over stands for 0.
            packed[^1] = (byte)IndexOf(0, code);
        }

        for (var block = 0; block < scales.Length; block++)
        {
            var part = numbers.Slice(block * blockSize, Math.Min(blockSize, numbers.Length - (block * blockSize)));
            var largest = 0f;
            foreach (var number in part)
            {
                largest = Math.Max(largest, Math.Abs(number));
            }

            // A whole block multiplies by the inverse, a last short one divides: the library's two kernels.
            var isWhole = part.Length == blockSize;
            var divisor = Math.Max(largest, LeastScale);
            var inverse = 1 / divisor;
            scales[block] = isWhole ? largest : divisor;
            for (var index = 0; index < part.Length; index++)
            {
                var scaled = Math.Clamp(isWhole ? part[index] * inverse : part[index] / divisor, -1f, 1f);
                var position = (block * blockSize) + index;
                packed[position / 2] |= (byte)(IndexOf(scaled, code) << (position % 2 == 0 ? 4 : 0));
            }
        }
    }

    // How many midpoints between neighbouring codes lie below.
    private static int IndexOf(float scaled, ReadOnlySpan<float> code)
    {
        var index = 0;
        while (index < code.Length - 1 && (code[index] + code[index + 1]) / 2 < scaled)
        {
            index++;
        }

        return index;
    }
}
