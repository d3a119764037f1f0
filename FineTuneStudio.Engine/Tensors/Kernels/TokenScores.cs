namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>What one product with the vocabulary says of tokens that were drawn; no gradient flows through it.</summary>
/// <param name="LogProbabilities">Of the tokens, in nats, fp32. <c>[n]</c></param>
/// <param name="Entropies">Of the distributions that they were drawn from, in nats, fp32. <c>[n]</c></param>
/// <param name="Slopes">
/// The gradient of each log-probability by the hidden state it comes from, in the type of that: what a loss weighs, token by token, once it is known.
/// <see langword="null"/> where nobody asked. <c>[n, D]</c>
/// </param>
public sealed record TokenScores(Tensor LogProbabilities, Tensor Entropies, Tensor? Slopes);
