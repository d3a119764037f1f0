namespace FineTuneStudio.Engine.Quantisation;

/// <summary>A signed byte for each weight and a scale for each row: bitsandbytes' <c>LLM.int8()</c> weights.</summary>
/// <remarks>Dettmers et al. 2022, arXiv 2208.07339, section 2.1. All arithmetic is single precision, halves go to the even neighbour.</remarks>
internal static class EightBitCodec
{
    private const float Largest = 127;

    /// <summary>One row to codes.</summary>
    /// <returns>Its scale: the largest absolute value.</returns>
    public static float Encode(ReadOnlySpan<float> row, Span<sbyte> codes)
    {
        var scale = 0f;
        foreach (var number in row)
        {
            scale = Math.Max(scale, Math.Abs(number));
        }

        var factor = scale == 0 ? 0 : Largest / scale;
        for (var column = 0; column < row.Length; column++)
        {
            codes[column] = (sbyte)MathF.Round(row[column] * factor, MidpointRounding.ToEven);
        }

        return scale;
    }
}
