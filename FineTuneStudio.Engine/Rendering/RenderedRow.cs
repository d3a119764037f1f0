using FineTuneStudio.Engine.Templates;

namespace FineTuneStudio.Engine.Rendering;

/// <summary>A conversation as the model sees it: token ids, and how much each one counts in the loss.</summary>
/// <param name="Text">The whole text, rendered through the model's chat template.</param>
/// <param name="Ids">Token ids. <c>[T]</c></param>
/// <param name="Weights">How much each token's loss counts: 0 for one that is only read, else its message's weight (1 as a rule). <c>[T]</c></param>
/// <param name="Spans">Where each token lies in <paramref name="Text"/>, in UTF-16 units. <c>[T]</c></param>
/// <param name="LearntSpans">The stretches of <paramref name="Text"/> that are learnt, in order; tokens that begin inside are learnt.</param>
public sealed record RenderedRow(
    string Text, int[] Ids, float[] Weights, TextSpan[] Spans, IReadOnlyList<TextSpan> LearntSpans)
{
    /// <summary>Tokens were cut off at the end because the row was longer than the context; <see cref="Text"/> still has all.</summary>
    public bool Cut { get; init; }

    /// <summary>What a person should know about this row's rendering; empty when all went as written.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Tokens with a weight above zero.</summary>
    public int LearntTokens => Weights.Count(weight => weight > 0);
}
