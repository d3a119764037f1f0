namespace FineTuneStudio.Engine.Verification;

/// <summary>A greedy answer beside the reference's.</summary>
/// <param name="Index">Number of the prompt in the file.</param>
/// <param name="Expected">Tokens of the reference.</param>
/// <param name="Matched">How many agree before the first that differs.</param>
public sealed record GreedyMatch(int Index, int Expected, int Matched)
{
    /// <summary>Whether all agree.</summary>
    public bool IsWhole => Matched == Expected;
}
