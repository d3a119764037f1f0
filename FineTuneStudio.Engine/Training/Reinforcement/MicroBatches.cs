using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>Answers in their order, as many at a time as a pass holds; a prompt counts once before answers to it that follow one another.</summary>
internal static class MicroBatches
{
    /// <summary>Splits answers into passes of as many tokens as the options allow.</summary>
    public static IEnumerable<IReadOnlyList<PolicyAnswer>> Of(IEnumerable<PolicyAnswer> answers, BatchOptions batch) => Of(answers, (long)batch.Rows * batch.ContextLength);

    /// <summary>Splits answers.</summary>
    /// <param name="answers">All of a step.</param>
    /// <param name="tokens">Most tokens of a pass; an answer that is longer passes alone.</param>
    public static IEnumerable<IReadOnlyList<PolicyAnswer>> Of(IEnumerable<PolicyAnswer> answers, long tokens)
    {
        var (batch, held) = (new List<PolicyAnswer>(), 0L);
        foreach (var answer in answers)
        {
            var isPromptThere = batch.Count > 0 && ReferenceEquals(batch[^1].Prompt, answer.Prompt);
            var own = answer.Tokens.Length - 1 + (isPromptThere ? 0 : answer.Prompt.Length);
            if (batch.Count > 0 && held + own > tokens)
            {
                yield return batch;
                (batch, held, own) = ([], 0L, answer.Tokens.Length - 1 + answer.Prompt.Length);
            }

            batch.Add(answer);
            held += own;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
