namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>What becomes of groups whose answers all have the same reward: they teach nothing.</summary>
public enum ZeroVarianceGroups
{
    /// <summary>They stay, and make the means over tokens and answers smaller.</summary>
    Keep,

    /// <summary>They are left out, of the means too.</summary>
    Drop,

    /// <summary>Others are drawn in their place, up to a number of rounds (DAPO's dynamic sampling).</summary>
    Replace,
}
