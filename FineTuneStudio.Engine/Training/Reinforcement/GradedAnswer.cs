using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Generation;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>An answer that was drawn, with its grade.</summary>
/// <param name="Tokens">As it was drawn.</param>
/// <param name="Said">What it, or its last turn, says and calls.</param>
/// <param name="Grade">Its score, or why it has none.</param>
internal sealed record GradedAnswer(TokenAnswer Tokens, ParsedAnswer Said, Grade Grade)
{
    /// <summary>All its turns, where it was given tools.</summary>
    public IReadOnlyList<RolloutTurn>? Turns { get; init; }

    /// <summary>Whether it was cut at the most tokens allowed.</summary>
    public bool IsCut => Tokens.End == AnswerEnd.Length;
}
