using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Generation;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>An answer that was drawn, with its grade.</summary>
/// <param name="Tokens">As it was drawn.</param>
/// <param name="Text">What it says.</param>
/// <param name="Grade">Its score, or why it has none.</param>
internal sealed record GradedAnswer(TokenAnswer Tokens, string Text, Grade Grade)
{
    /// <summary>Whether it was cut at the most tokens allowed.</summary>
    public bool IsCut => Tokens.End == AnswerEnd.Length;
}
