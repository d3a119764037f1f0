using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Engine.Rendering;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>What all answers of a run that may call tools share.</summary>
/// <param name="Tools">Answers the calls.</param>
/// <param name="Options">How far they go.</param>
/// <param name="Renderer">The model's own.</param>
/// <param name="StopIds">Tokens that end a turn.</param>
internal sealed record ToolSetup(ToolBox Tools, ToolOptions Options, Renderer Renderer, IReadOnlyList<int> StopIds)
{
    /// <summary>Reads turns.</summary>
    public AnswerReader Reader { get; init; } = new(Renderer);
}
