namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>What weights become when they are packed into few bits and taken out again.</summary>
internal static class ReferencePacking
{
    private const int Block = 64;

    /// <summary>NF4's numbers, ascending.</summary>
    public static readonly float[] NormalCodes =
    [
        -1f, -0.6961928f, -0.52507305f, -0.3949175f, -0.28444138f, -0.18477343f, -0.09105004f, 0f,
        0.0795803f, 0.1609302f, 0.2461123f, 0.33791524f, 0.44070983f, 0.562617f, 0.72295684f, 1f,
    ];

    /// <summary>The reference with the linears of its layers and its experts packed.</summary>
    /// <param name="reference">With numbers.</param>
    /// <param name="inFourBits">NF4, a scale for 64 weights; else 8 bits, a scale for each output.</param>
    public static ReferenceTransformer Packed(ReferenceTransformer reference, bool inFourBits)
    {
        var weights = reference.Weights.Copy();
        foreach (var (name, tensor) in reference.Weights.All)
        {
            if (tensor.Role is WeightRole.Linear)
            {
                weights.Replace(name, Rounded(tensor.Values, tensor.Shape[1], inFourBits));
            }
            else if (tensor.Role is WeightRole.Stack)
            {
                // Packed outputs first, all experts as one matrix.
                var (inputs, outputs) = (tensor.Shape[1], tensor.Shape[2]);
                weights.Replace(name, Turned(Rounded(Turned(tensor.Values, inputs, outputs), inputs, inFourBits), outputs, inputs));
            }
        }

        return new ReferenceTransformer(reference.Config, weights);
    }

    // [E, rows, columns] -> [E, columns, rows]
    private static double[] Turned(double[] values, int rows, int columns)
        => [.. values.Chunk(rows * columns).SelectMany(matrix => Enumerable.Range(0, matrix.Length).Select(index => matrix[(index % rows * columns) + (index / rows)]))];

    // In single precision, as the library: of numbers half way between two codes its rounding decides.
    private static double[] Rounded(double[] values, int columns, bool inFourBits)
        => [.. values.Chunk(inFourBits ? Block : columns).SelectMany(part =>
        {
            var largest = (float)part.Max(value => Math.Abs(value));
            if (largest == 0)
            {
                return part;
            }

            return inFourBits
                ? part.Select(value => (double)(Code(part.Length == Block ? (float)value * (1 / largest) : (float)value / largest) * largest))
                : part.Select(value => (double)(MathF.Round((float)value * (127 / largest)) * (largest / 127)));
        })];

    private static float Code(float scaled) => NormalCodes[Enumerable.Range(0, NormalCodes.Length - 1).Count(index => (NormalCodes[index] + NormalCodes[index + 1]) / 2 < scaled)];
}
