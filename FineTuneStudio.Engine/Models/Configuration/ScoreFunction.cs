namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>What a router makes of its logits.</summary>
public enum ScoreFunction
{
    /// <summary>Shares of one, over all experts.</summary>
    Softmax,

    /// <summary>Each expert by itself (DeepSeek-V3).</summary>
    Sigmoid,
}
