namespace FineTuneStudio.Engine.Quantisation;

/// <summary>The layouts in few bits that products are made with.</summary>
public enum PackedFormat
{
    /// <summary>4 bits, a scale for 64 weights.</summary>
    Nf4,

    /// <summary>The same with scales in 8 bits.</summary>
    Nf4Double,

    /// <summary>8 bits, a scale for each output.</summary>
    Int8,

    /// <summary>DeepSeek's: floats of 8 bits, a scale for each square of 128.</summary>
    Float8,

    /// <summary>gpt-oss's MXFP4: floats of 4 bits, a power of two for 32 weights.</summary>
    Microscaled,
}
