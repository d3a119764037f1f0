#pragma warning disable CA1822, IDE0060, CS9113 // until generation is in
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Training.Sft;

namespace FineTuneStudio.Engine.Training.Evaluation;

/// <summary>Answers the same few held-out prompts at each evaluation, greedily, so that a person sees the model learn.</summary>
internal sealed class HeldOutSampler(IReadOnlyList<HeldOutRow> rows, Renderer renderer, EvaluationOptions options)
{
    /// <summary>One event for each sample.</summary>
    public IEnumerable<TrainingEvent.Sampled> Answer(CausalModel model, int step, CancellationToken cancellationToken) => [];
}
