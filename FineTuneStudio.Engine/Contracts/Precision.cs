namespace FineTuneStudio.Engine.Contracts;

/// <summary>Number format of frozen weights and activations. Adapters and their optimizer state are always 32-bit.</summary>
public enum Precision
{
    /// <summary>bfloat16: half the memory, the speed of the processor's matrix units.</summary>
    Bf16,

    /// <summary>32-bit floating point: the reference arithmetic.</summary>
    Fp32,

    /// <summary>IEEE half precision, for graphics cards without bfloat16: its range is small, so the loss is scaled.</summary>
    Fp16,
}
