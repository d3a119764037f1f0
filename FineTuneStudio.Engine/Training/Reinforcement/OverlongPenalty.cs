namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>DAPO's soft punishment of long answers, added to the reward: 0, falling to -1 over the last tokens allowed (arXiv 2503.14476, equation 13).</summary>
internal static class OverlongPenalty
{
    /// <summary>From -1 to 0.</summary>
    /// <param name="length">Tokens of the answer.</param>
    /// <param name="longest">Most tokens of an answer.</param>
    /// <param name="cache">Over how many of the last ones it falls; above 0.</param>
    public static double Of(int length, int longest, int cache) => Math.Clamp((double)(longest - cache - length) / cache, -1, 0);
}
