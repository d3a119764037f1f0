namespace FineTuneStudio.Engine.Training.Sft;

/// <summary>A conversation ready to learn from.</summary>
/// <param name="Number">Among the file's good rows, from 0.</param>
/// <param name="Line">Where it begins in its file, from 1.</param>
/// <param name="Ids">Token ids, no more than the context. <c>[T]</c></param>
/// <param name="Weights">How much each token's loss counts; 0 for one that is only read. <c>[T]</c></param>
/// <param name="Cut">Tokens were cut off at the end.</param>
internal sealed record TrainingRow(int Number, long Line, int[] Ids, float[] Weights, bool Cut)
{
    /// <summary>Tokens with a weight above zero that have one before them to be predicted from.</summary>
    public int LearntTokens => Weights.AsSpan(Math.Min(1, Weights.Length)).Length - Weights.AsSpan(Math.Min(1, Weights.Length)).Count(0f);
}
