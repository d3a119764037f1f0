namespace FineTuneStudio.Engine.Quantisation;

/// <summary>gpt-oss's MXFP4: groups of 32 four-bit floats (e2m1) with a power of two each; of the two in a byte, the low half is the first.</summary>
/// <remarks>Open Compute Project 2023, Microscaling Formats (MX) 1.0, section 5.</remarks>
internal static class MicroscalingFormat
{
    /// <summary>Numbers that share a scale.</summary>
    public const int GroupSize = 32;

    private const int Bias = 127;

    /// <summary>What the sixteen codes stand for.</summary>
    public static ReadOnlySpan<float> Values => [0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6];

    /// <summary>What the 256 bytes of scales stand for: 2 to the power of the byte less 127.</summary>
    public static float[] Powers { get; } = [.. Enumerable.Range(0, 256).Select(exponent => MathF.ScaleB(1, exponent - Bias))];
}
