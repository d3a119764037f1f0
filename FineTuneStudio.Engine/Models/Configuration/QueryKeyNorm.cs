namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>How queries and keys are normed before they turn.</summary>
public enum QueryKeyNorm
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Head by head, one weight for all heads.</summary>
    PerHead,

    /// <summary>Over the whole projection (OLMo 2).</summary>
    Whole,
}
