namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>How a made-up folder holds the matrices of its layers.</summary>
internal enum PublishedLayout
{
    /// <summary>As numbers.</summary>
    Plain,

    /// <summary>bitsandbytes' NF4.</summary>
    Nf4,

    /// <summary>NF4 with scales in 8 bits.</summary>
    Nf4Double,

    /// <summary>bitsandbytes' FP4.</summary>
    Fp4,

    /// <summary>DeepSeek's FP8 in blocks of 128 x 128.</summary>
    Fp8,

    /// <summary>gpt-oss's MXFP4, of experts alone.</summary>
    Mxfp4,
}
