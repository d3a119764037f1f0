namespace FineTuneStudio.Engine.Contracts;

/// <summary>An answer that the dataset itself gives, or the model's own answers to its prompts.</summary>
/// <param name="Question">Id of the question.</param>
/// <param name="Choice">Id of the answer.</param>
/// <param name="Reason">What says so, with its numbers.</param>
/// <param name="Certain">Whether it follows from what was counted; otherwise it is a guess that a person should look at.</param>
public sealed record DecisionEvidence(string Question, string Choice, string Reason, bool Certain)
{
    /// <summary>What says so.</summary>
    public EvidenceSource Source { get; init; }
}
