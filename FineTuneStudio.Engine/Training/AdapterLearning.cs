using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training.Optimizers;

namespace FineTuneStudio.Engine.Training;

/// <summary>How the parts of an adapter learn apart from one another.</summary>
/// <remarks>
/// LoRA+ (Hayou et al. 2024, arXiv 2402.12354) gives second factors a rate of their own; those of experts too. DoRA's magnitudes do not decay: they begin at the
/// norms of the weights, and a pull towards zero would take the base model away. PEFT counts magnitudes with the second factors and lets
/// them decay; the papers say neither.
/// </remarks>
internal static class AdapterLearning
{
    /// <summary>The rule of a weight.</summary>
    /// <param name="name">As it is written in the adapter's file.</param>
    /// <param name="options">Of the adapter.</param>
    public static LearningRule RuleOf(string name, LoraOptions options) => new(
        name.EndsWith(AdapterNames.B, StringComparison.Ordinal) ? options.LearningRateRatio : 1, Decays: !name.EndsWith(AdapterNames.Magnitude, StringComparison.Ordinal));
}
