namespace FineTuneStudio.Engine.Contracts;

/// <summary>What of a dataset and a model decides which options fit.</summary>
/// <param name="Rows">Rows to learn from.</param>
/// <param name="MeanTokens">Mean length of a rendered row.</param>
/// <param name="LongestTokens">Length of the longest one.</param>
/// <param name="UsualTokens">Length that 99 rows of 100 do not exceed.</param>
/// <param name="LearntTokens">Mean tokens of a row that are learnt.</param>
/// <param name="HiddenSize">Width of the model.</param>
/// <param name="ModelContext">Tokens the model reads.</param>
/// <param name="IsAdapter">An adapter learns; otherwise every weight.</param>
/// <param name="WeightsOfARank">Weights that an adapter has for each of its ranks; <see langword="null"/> where its rank is not to be chosen.</param>
public sealed record RunFacts(
    int Rows, double MeanTokens, int LongestTokens, int UsualTokens, double LearntTokens, int HiddenSize, int ModelContext, bool IsAdapter,
    long? WeightsOfARank = null);
