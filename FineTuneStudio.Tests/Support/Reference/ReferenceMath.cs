namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>The few operations of a transformer, on plain arrays.</summary>
internal static class ReferenceMath
{
    /// <param name="weight"><c>[out, in]</c></param>
    /// <param name="x"><c>[in]</c></param>
    /// <param name="bias"><c>[out]</c>, or <see langword="null"/>.</param>
    /// <returns><c>[out]</c></returns>
    public static double[] Product(ReadOnlySpan<double> weight, ReadOnlySpan<double> x, double[]? bias = null)
    {
        var result = new double[weight.Length / x.Length];
        for (var row = 0; row < result.Length; row++)
        {
            var sum = bias?[row] ?? 0;
            var own = weight.Slice(row * x.Length, x.Length);
            for (var column = 0; column < x.Length; column++)
            {
                sum += own[column] * x[column];
            }

            result[row] = sum;
        }

        return result;
    }

    /// <summary><c>x / rms(x) * (factor + offset)</c></summary>
    public static double[] Norm(double[] x, double[] factor, double epsilon, double offset)
    {
        var root = Math.Sqrt((x.Sum(value => value * value) / x.Length) + epsilon);
        return [.. x.Select((value, index) => value / root * (factor[index] + offset))];
    }

    public static double[] Softmax(IReadOnlyList<double> scores)
    {
        var largest = scores.Max();
        var shares = scores.Select(score => Math.Exp(score - largest)).ToArray();
        var sum = shares.Sum();
        return Array.ConvertAll(shares, share => share / sum);
    }

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static double[] Add(double[] left, double[] right, double factor = 1) => [.. left.Zip(right, (one, other) => one + (factor * other))];

    public static double Activate(string name, double x) => name switch
    {
        "silu" => x * Sigmoid(x),
        "gelu_pytorch_tanh" or "gelu_new" => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        "gelu" => 0.5 * x * (1 + Erf(x / Math.Sqrt(2))),
        _ => throw new NotSupportedException(name),
    };

    // Maclaurin's series: slow, and exact where a network's activations are.
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 5)
        {
            return Math.Sign(x);
        }

        var (term, sum) = (x, x);
        for (var n = 1; n < 200; n++)
        {
            term *= -x * x / n;
            sum += term / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
