using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>Answers in their order, as many at a time as a pass holds.</summary>
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
            if (batch.Count > 0 && held + answer.Sequence.Length > tokens)
            {
                yield return batch;
                (batch, held) = ([], 0);
            }

            batch.Add(answer);
            held += answer.Sequence.Length;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
