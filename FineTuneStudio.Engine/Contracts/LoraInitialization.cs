namespace FineTuneStudio.Engine.Contracts;

/// <summary>What the pairs of a new adapter are before the first step.</summary>
public enum LoraInitialization
{
    /// <summary>A uniform in ±1/sqrt(in), B zero (Hu et al. 2021, arXiv 2106.09685).</summary>
    Default,

    /// <summary>The principal part of each weight; what is left of it stays frozen (PiSSA, Meng et al. 2024, arXiv 2404.02948).</summary>
    Pissa,
}
