using FineTuneStudio.Engine.Models.Experts;

namespace FineTuneStudio.Engine.Generation;

/// <summary>One generated answer as tokens; where it has several turns, with what was put between them.</summary>
/// <param name="Ids">The answer, with the stop token where one ended it. <c>[T]</c></param>
/// <param name="LogProbabilities">
/// Of each token in nats, over the whole vocabulary, at the temperature it was sampled with (at 1 where greedy): what the policy gave it; 0 where it was given. <c>[T]</c>
/// </param>
/// <param name="PlainLogProbabilities">The same at temperature 1. <c>[T]</c></param>
/// <param name="End">Why it, or its last turn, ended.</param>
public sealed record TokenAnswer(int[] Ids, float[] LogProbabilities, float[] PlainLogProbabilities, AnswerEnd End)
{
    /// <summary>Which of the tokens the model did not draw: they were put between its turns. <see langword="null"/> where it drew all. <c>[T]</c></summary>
    public bool[]? Given { get; init; }

    /// <summary>Characters of the last turn before the text that ended it; <see langword="null"/> where none did.</summary>
    public int? TextLength { get; init; }

    /// <summary>
    /// The experts of the prompt's tokens and the answer's, without its last, which never passed through the network; <see langword="null"/>
    /// where it was not asked for, or the model has none.
    /// </summary>
    public RoutingRecord? Routing { get; init; }

    /// <summary>Tokens that the model drew.</summary>
    public int DrawnTokens => Given is null ? Ids.Length : Given.Count(given => !given);

    /// <summary>Tokens of its longest turn.</summary>
    public int LongestTurn => Turns().Max(turn => turn.Ids.Length);

    /// <summary>The turns that the model drew, in order, each an answer of its own.</summary>
    public IEnumerable<TokenAnswer> Turns()
    {
        if (Given is null)
        {
            yield return this;
            yield break;
        }

        for (var start = 0; start < Ids.Length;)
        {
            var end = start;
            while (end < Ids.Length && !Given[end])
            {
                end++;
            }

            if (end > start)
            {
                // A turn that another one follows ended by itself.
                var isLast = end == Ids.Length;
                yield return new TokenAnswer(Ids[start..end], LogProbabilities[start..end], PlainLogProbabilities[start..end], isLast ? End : AnswerEnd.Stop) { TextLength = isLast ? TextLength : null };
            }

            start = Math.Max(end, start + 1);
        }
    }
}
