namespace FineTuneStudio.Engine.Quantisation;

/// <summary>Scales in 8 bits: what differs from their mean, in blocks of 256 with a scale each (double quantisation).</summary>
/// <remarks>Dettmers et al. 2023, arXiv 2305.14314, section 3.</remarks>
internal static class ScaleCodec
{
    /// <summary>Scales that share one.</summary>
    public const int BlockSize = 256;

    // Where to the next code it is nearer.
    private static readonly float[] Borders = [.. DynamicMap.Signed.Zip(DynamicMap.Signed.Skip(1), (left, right) => (left + right) / 2)];

    /// <summary>Scales to codes.</summary>
    /// <param name="scales">Of the weight's blocks.</param>
    /// <param name="codes">Indices into <see cref="DynamicMap.Signed"/>, one for each.</param>
    /// <param name="outer">A scale for each block of scales.</param>
    /// <returns>The offset: their mean.</returns>
    public static float Encode(ReadOnlySpan<float> scales, Span<byte> codes, Span<float> outer)
    {
        var sum = 0.0;
        foreach (var scale in scales)
        {
            sum += scale;
        }

        var offset = (float)(sum / scales.Length);
        Encode(scales, offset, codes, outer);
        return offset;
    }

    /// <summary>The same about a given offset.</summary>
    public static void Encode(ReadOnlySpan<float> scales, float offset, Span<byte> codes, Span<float> outer)
    {
        for (var block = 0; block < outer.Length; block++)
        {
            var start = block * BlockSize;
            var part = scales[start..Math.Min(scales.Length, start + BlockSize)];
            var largest = 0f;
            foreach (var scale in part)
            {
                largest = Math.Max(largest, Math.Abs(scale - offset));
            }

            // A whole block multiplies by the inverse, a last short one divides: the library's two kernels, as for weights.
            var isWhole = part.Length == BlockSize;
            var divisor = Math.Max(largest, FourBitCodec.LeastScale);
            var inverse = 1 / divisor;
            outer[block] = isWhole ? largest : divisor;
            for (var index = 0; index < part.Length; index++)
            {
                var residual = part[index] - offset;
                var scaled = isWhole ? residual * inverse : residual / divisor;
                var found = Array.BinarySearch(Borders, scaled);
                codes[start + index] = (byte)(found < 0 ? ~found : found);
            }
        }
    }
}
