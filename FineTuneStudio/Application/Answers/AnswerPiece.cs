using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Answers;

/// <summary>The next part of an answer.</summary>
/// <param name="Side">Index of the question it answers.</param>
/// <param name="Text">What is added.</param>
/// <param name="Tokens">Tokens of the answer: about so many while it comes, exactly once it has ended.</param>
/// <param name="Seconds">Time since the model began to answer.</param>
/// <param name="Ended">Nothing more comes from this side.</param>
public sealed record AnswerPiece(int Side, string Text, int Tokens, double Seconds, bool Ended)
{
    /// <summary>At the end, where the answer calls tools: what it says beside the calls, and the calls.</summary>
    public ParsedAnswer? Parsed { get; init; }

    /// <summary><see langword="null"/> before there is enough of it to measure.</summary>
    public double? TokensPerSecond => Tokens > 1 && Seconds > 0 ? Tokens / Seconds : null;
}
