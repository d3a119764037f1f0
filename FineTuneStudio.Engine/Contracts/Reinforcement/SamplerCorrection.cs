namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>What is done about answers that were drawn with slightly other probabilities than the trainer's: truncated importance sampling and its kin.</summary>
/// <param name="OfAnswer">One weight for an answer, the product of its tokens' ratios, instead of one for each token.</param>
/// <param name="Masks">Weights outside of the bounds become 0 instead of the bound.</param>
/// <param name="Least">Lower bound.</param>
/// <param name="Most">Upper bound.</param>
public sealed record SamplerCorrection(bool OfAnswer, bool Masks, double Least, double Most);
