namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>How the losses of tokens become one. Rows and tokens are those of the whole step, so that micro-batches add up to it.</summary>
public enum LossMean
{
    /// <summary>Mean over answers of each answer's mean (GRPO, GSPO). An answer without learnt tokens counts as 0.</summary>
    AnswerThenToken,

    /// <summary>One mean over all tokens (DAPO).</summary>
    Token,

    /// <summary>Sum over answers and the longest answer allowed (Dr. GRPO).</summary>
    LongestAnswer,

    /// <summary>Mean over answers of each answer's sum (LUSPO, with a ratio for an answer).</summary>
    AnswerSum,
}
