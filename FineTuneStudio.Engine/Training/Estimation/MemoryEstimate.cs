using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Quantisation;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>What fills memory at the peak of a step, from the shapes of model and batch.</summary>
internal static class MemoryEstimate
{
    private const long ProgramBytes = 250L << 20;
    private const int Fp32 = 4;
    private const int Half = 2;

    /// <summary>What the optimizer keeps of each weight between steps, in bytes; what is small beside the weights themselves is left out.</summary>
    public static double StateBytesPerWeight(OptimizerOptions optimizer) => optimizer.Kind switch
    {
        OptimizerKind.AdamW => 2 * Fp32,
        OptimizerKind.AdamW8Bit => 2 + (2.0 * Fp32 / AdamW8BitStep.BlockSize),
        OptimizerKind.Sgd => optimizer.Sgd.Momentum > 0 ? Fp32 : 0,
        OptimizerKind.Adafactor => optimizer.Adafactor.Beta1 > 0 ? Fp32 : 0,
        OptimizerKind.Muon => Fp32,
        var other => throw new ArgumentOutOfRangeException(nameof(optimizer), other, "Unknown optimizer."),
    };

    /// <summary>The parts.</summary>
    /// <param name="config">The base model.</param>
    /// <param name="specification">Batch and precision.</param>
    /// <param name="parameters">Weights of the base.</param>
    /// <param name="trainable">Weights that learn.</param>
    /// <param name="longestRow">Tokens of the longest row.</param>
    public static IEnumerable<MemoryPart> Parts(ModelConfig config, RunSpecification specification, long parameters, long trainable, int longestRow)
    {
        var bytes = specification.Precision == Precision.Fp32 ? Fp32 : Half;
        var batch = specification.Batch;
        var tokens = (long)batch.Rows * (batch.Packing ? batch.ContextLength : Math.Min(longestRow, batch.ContextLength));
        yield return new("program and libraries", ProgramBytes);
        if (specification.Lora is not null)
        {
            yield return new("weights of the base model", BaseBytes(config, specification.Quantization, parameters, bytes));
        }

        yield return new(specification.Lora is null ? "weights, gradients and optimizer" : "adapter, gradients and optimizer", (long)(trainable * ((2 * Fp32) + StateBytesPerWeight(specification.Optimizer))));
        if (specification.Lora is { } lora)
        {
            foreach (var part in PartsOf(lora, config, specification, tokens, bytes))
            {
                yield return part;
            }
        }

        var layer = config.Layers.Max(description => ElementsOfLayer(config, description));
        var kept = specification.GradientCheckpointing ? layer + ((long)config.Layers.Count * config.HiddenSize) : layer * config.Layers.Count;
        yield return new("activations of a batch", tokens * kept * bytes);
        yield return new("vocabulary scores, a piece at a time", 2L * Math.Min(tokens, 512) * config.VocabularySize * Fp32);
    }

    // The start of pairs, frozen; and the products that magnitudes scale, which the backward pass reads: of one layer where the others are recomputed.
    private static IEnumerable<MemoryPart> PartsOf(LoraOptions lora, ModelConfig config, RunSpecification specification, long tokens, int bytes)
    {
        var start = ModelSizes.Of(config, lora).Start;
        if (start > 0)
        {
            yield return new("what the adapter began as", start * Fp32);
        }

        if (lora.Dora)
        {
            var outputs = AdapterSet.Wanted(WeightPlan.Linears(config), lora).Where(linear => !linear.IsHead).Sum(linear => linear.Outputs);
            yield return new("products that magnitudes scale", tokens * outputs * bytes / (specification.GradientCheckpointing ? config.Layers.Count : 1));
        }
    }

    // Linears of the layers in few bits, one of them unpacked at a time.
    private static long BaseBytes(ModelConfig config, Quantization quantization, long parameters, int bytes)
    {
        if (quantization == Quantization.None)
        {
            return parameters * bytes;
        }

        WeightSlot[] packed = [.. WeightPlan.Packable(config)];
        return ((parameters - packed.Sum(slot => slot.Elements)) * bytes) + packed.Sum(slot => WeightPacker.BytesOf(slot.Shape[0], slot.Shape[1], quantization))
            + (packed.Max(slot => slot.Elements) * bytes);
    }

    // What the backward pass of one layer needs of each token: inputs of norms and products, and what its two parts keep inside.
    private static long ElementsOfLayer(ModelConfig config, LayerDescription layer)
        => (5L * config.HiddenSize) + layer.Attention.KeptElements + layer.FeedForward.KeptElements(config.HiddenSize);
}
