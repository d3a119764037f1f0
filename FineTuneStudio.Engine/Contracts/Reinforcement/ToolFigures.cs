namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>How the answers of a step used tools.</summary>
/// <param name="Turns">Mean turns of the model in an answer.</param>
/// <param name="Calls">Mean calls in an answer that a tool answered.</param>
/// <param name="Errors">Calls that a tool answered with an error.</param>
public sealed record ToolFigures(double Turns, double Calls, int Errors)
{
    /// <summary>Counts the turns of answers; <see langword="null"/> where none was given tools.</summary>
    /// <param name="answers">Of each its turns; <see langword="null"/> for an answer of one turn without tools.</param>
    public static ToolFigures? Of(IReadOnlyList<IReadOnlyList<RolloutTurn>?> answers)
        => answers.All(turns => turns is null) ? null : new(
            answers.Average(turns => turns?.Count(turn => turn.Tool is null) ?? 1.0),
            answers.Average(turns => turns?.Count(turn => turn.Tool is not null) ?? 0.0),
            answers.Sum(turns => turns?.Count(turn => turn.IsError) ?? 0));
}
