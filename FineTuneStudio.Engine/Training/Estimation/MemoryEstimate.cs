using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>What fills memory at the peak of a step, from the shapes of model and batch.</summary>
internal static class MemoryEstimate
{
    private const long ProgramBytes = 250L << 20;
    private const int Fp32 = 4;

    // Master, gradient and two moments.
    private const int BytesOfTrainable = 4 * Fp32;

    /// <summary>The parts.</summary>
    /// <param name="config">The base model.</param>
    /// <param name="specification">Batch and precision.</param>
    /// <param name="parameters">Weights of the base.</param>
    /// <param name="trainable">Weights that learn.</param>
    /// <param name="longestRow">Tokens of the longest row.</param>
    public static IEnumerable<MemoryPart> Parts(ModelConfig config, RunSpecification specification, long parameters, long trainable, int longestRow)
    {
        var bytes = specification.Precision == Precision.Bf16 ? 2 : Fp32;
        var batch = specification.Batch;
        var tokens = (long)batch.Rows * (batch.Packing ? batch.ContextLength : Math.Min(longestRow, batch.ContextLength));
        yield return new("program and libraries", ProgramBytes);
        if (specification.Lora is not null)
        {
            yield return new("weights of the base model", parameters * bytes);
        }

        yield return new(specification.Lora is null ? "weights, gradients and optimizer" : "adapter, gradients and optimizer", trainable * BytesOfTrainable);
        var layer = config.Layers.Max(description => ElementsOfLayer(config, description));
        var kept = specification.GradientCheckpointing ? layer + ((long)config.Layers.Count * config.HiddenSize) : layer * config.Layers.Count;
        yield return new("activations of a batch", tokens * kept * bytes);
        yield return new("vocabulary scores, a piece at a time", 2L * Math.Min(tokens, 512) * config.VocabularySize * Fp32);
    }

    // What the backward pass of one layer needs of each token: inputs of norms and products, and what its two parts keep inside.
    private static long ElementsOfLayer(ModelConfig config, LayerDescription layer)
        => (5L * config.HiddenSize) + layer.Attention.KeptElements + layer.FeedForward.KeptElements(config.HiddenSize);
}
