namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>How rotary frequencies are stretched beyond the trained context.</summary>
public enum RopeKind
{
    /// <summary>As trained.</summary>
    Default,

    /// <summary>All divided by one factor.</summary>
    Linear,

    /// <summary>The base grows with the sequence once it is longer than the trained context (NTK).</summary>
    Dynamic,

    /// <summary>Long waves divided, short ones kept, a ramp between (Llama 3.1).</summary>
    Llama3,

    /// <summary>Ramp by rotations, and a factor on attention (Peng et al. 2023, arXiv 2309.00071).</summary>
    Yarn,

    /// <summary>Each frequency divided by a factor of its own; one list up to the trained length, another beyond (Ding et al. 2024, arXiv 2402.13753).</summary>
    LongRope,
}
