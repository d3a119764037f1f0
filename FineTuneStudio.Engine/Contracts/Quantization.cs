namespace FineTuneStudio.Engine.Contracts;

/// <summary>How the frozen weights of the layers' linears and experts are kept in memory; what is learnt beside them is always 32-bit.</summary>
public enum Quantization
{
    /// <summary>As the folder has them: numbers of <see cref="Precision"/>, or the few bits of a folder that is quantised itself (4 bits, FP8, MXFP4).</summary>
    None,

    /// <summary>4 bits, with a 32-bit scale for 64 weights: 4.5 bits a weight (Dettmers et al. 2023, arXiv 2305.14314).</summary>
    Nf4,

    /// <summary>The same with scales in 8 bits: 4.13 bits a weight.</summary>
    Nf4Double,

    /// <summary>8 bits, with a scale for each output.</summary>
    Int8,
}
