namespace FineTuneStudio.Engine.Tensors;

/// <summary>Instruction sets that kernels choose by.</summary>
[Flags]
public enum ProcessorFeatures
{
    /// <summary>Portable code only.</summary>
    None = 0,

    /// <summary>AVX2 with FMA.</summary>
    Avx2 = 1,

    /// <summary>AVX-512 F, BW, VL, DQ.</summary>
    Avx512 = 2,

    /// <summary>AVX-512 dot products of bfloat16 pairs.</summary>
    Avx512Bf16 = 4,

    /// <summary>AMX tiles of bfloat16, permitted by the kernel.</summary>
    AmxBf16 = 8,
}
