namespace FineTuneStudio.Engine.Training.Evaluation;

/// <summary>How a model does on a dataset.</summary>
/// <param name="Rows">Rows scored.</param>
/// <param name="LearntTokens">Tokens the loss is over.</param>
/// <param name="Loss">Mean loss in nats per learnt token.</param>
/// <param name="Perplexity">e to the power of the loss.</param>
/// <param name="Answered">Rows answered freely, greedily.</param>
/// <param name="ExactMatches">Answers equal to the dataset's, white space at the ends aside.</param>
public sealed record EvaluationResult(int Rows, long LearntTokens, double Loss, double Perplexity, int Answered, int ExactMatches)
{
    /// <summary>Share of right answers, from 0 to 1.</summary>
    public double ExactMatch => Answered == 0 ? 0 : (double)ExactMatches / Answered;
}
