namespace FineTuneStudio.Commands.Benches;

/// <summary>What llama.cpp says to a prompt.</summary>
/// <param name="Tokens">The likeliest tokens, one after the other.</param>
/// <param name="Logits">Scores of every token for the first place.</param>
internal sealed record LlamaAnswer(int[] Tokens, double[] Logits);
