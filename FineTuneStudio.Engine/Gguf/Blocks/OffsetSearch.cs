namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>Finds scale and offset of a group of numbers, <c>x = scale q - offset</c> with whole codes q, so that the weighted squared error is small.</summary>
/// <remarks>
/// Codes are tried for a row of scales around the one that spans the group; for each, the best scale and offset that these codes can have are a
/// least-squares fit. llama.cpp searches K formats in the same way.
/// </remarks>
internal static class OffsetSearch
{
    private const int Trials = 21;
    private const float FirstTrial = -1;
    private const float TrialStep = 0.1f;

    /// <param name="numbers">The group.</param>
    /// <param name="weights">What an error of each counts; above 0.</param>
    /// <param name="largest">The largest code; the least is 0.</param>
    /// <returns>Both at least 0.</returns>
    public static (float Scale, float Offset) Find(ReadOnlySpan<float> numbers, ReadOnlySpan<float> weights, int largest)
    {
        // 0 must have a code of its own, or nearly: the least value is never above it.
        var (least, most) = (0f, numbers[0]);
        foreach (var number in numbers)
        {
            (least, most) = (Math.Min(least, number), Math.Max(most, number));
        }

        if (most <= least)
        {
            return (0, -least);
        }

        Span<int> codes = stackalloc int[numbers.Length];
        var (scale, offset) = ((most - least) / largest, -least);
        var error = Round(numbers, weights, scale, offset, largest, codes);
        for (var trial = 0; trial < Trials; trial++)
        {
            Round(numbers, weights, (most - least) / (largest + FirstTrial + (TrialStep * trial)), -least, largest, codes);
            if (Fit(numbers, weights, codes) is not { } fit)
            {
                continue;
            }

            var fitted = Error(numbers, weights, codes, fit.Scale, fit.Offset);
            if (fitted < error)
            {
                (scale, offset, error) = (fit.Scale, fit.Offset, fitted);
            }
        }

        return (scale, offset);
    }

    private static float Round(ReadOnlySpan<float> numbers, ReadOnlySpan<float> weights, float scale, float offset, int largest, Span<int> codes)
    {
        for (var index = 0; index < numbers.Length; index++)
        {
            codes[index] = Math.Clamp((int)MathF.Round((numbers[index] + offset) / scale), 0, largest);
        }

        return Error(numbers, weights, codes, scale, offset);
    }

    private static float Error(ReadOnlySpan<float> numbers, ReadOnlySpan<float> weights, ReadOnlySpan<int> codes, float scale, float offset)
    {
        var sum = 0f;
        for (var index = 0; index < numbers.Length; index++)
        {
            var difference = (scale * codes[index]) - offset - numbers[index];
            sum += weights[index] * difference * difference;
        }

        return sum;
    }

    // Least squares of numbers over codes; where the best offset would be below 0, the best scale without one.
    private static (float Scale, float Offset)? Fit(ReadOnlySpan<float> numbers, ReadOnlySpan<float> weights, ReadOnlySpan<int> codes)
    {
        var (w, wq, wqq, wx, wqx) = (0f, 0f, 0f, 0f, 0f);
        for (var index = 0; index < numbers.Length; index++)
        {
            var (weight, code, number) = (weights[index], codes[index], numbers[index]);
            w += weight;
            wq += weight * code;
            wqq += weight * code * code;
            wx += weight * number;
            wqx += weight * code * number;
        }

        var determinant = (w * wqq) - (wq * wq);
        if (determinant <= 0)
        {
            return null;
        }

        var (scale, offset) = (((w * wqx) - (wx * wq)) / determinant, ((wq * wqx) - (wqq * wx)) / determinant);
        (scale, offset) = offset < 0 ? (wqx / wqq, 0) : (scale, offset);
        return scale > 0 ? (scale, offset) : null;
    }
}
