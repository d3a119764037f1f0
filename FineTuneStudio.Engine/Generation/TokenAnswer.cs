using FineTuneStudio.Engine.Models.Experts;

namespace FineTuneStudio.Engine.Generation;

/// <summary>One generated answer as tokens.</summary>
/// <param name="Ids">The answer, with the stop token where one ended it. <c>[T]</c></param>
/// <param name="LogProbabilities">
/// Of each token in nats, over the whole vocabulary, at the temperature it was sampled with (at 1 where greedy): what the policy gave it. <c>[T]</c>
/// </param>
/// <param name="PlainLogProbabilities">The same at temperature 1. <c>[T]</c></param>
/// <param name="End">Why it ended.</param>
public sealed record TokenAnswer(int[] Ids, float[] LogProbabilities, float[] PlainLogProbabilities, AnswerEnd End)
{
    /// <summary>Characters before the text that ended it; <see langword="null"/> where none did.</summary>
    public int? TextLength { get; init; }

    /// <summary>
    /// The experts of the prompt's tokens and the answer's, without its last, which never passed through the network; <see langword="null"/>
    /// where it was not asked for, or the model has none.
    /// </summary>
    public RoutingRecord? Routing { get; init; }
}
