using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>Memory that a step on one row takes at its peak, by what learns.</summary>
/// <param name="Context">Tokens of the row.</param>
/// <param name="Adapter">Bytes with an adapter of the default rank.</param>
/// <param name="PackedAdapter">Bytes with an adapter beside weights of four bits (NF4).</param>
/// <param name="Whole">Bytes where every weight learns.</param>
public sealed record ModelDemand(int Context, long Adapter, long PackedAdapter, long Whole)
{
    /// <summary>Computed from the model's shapes; its weights are not read.</summary>
    /// <param name="folder">In Hugging Face layout.</param>
    /// <param name="context">Tokens of a row; a longer one than the model was made for counts as that.</param>
    /// <exception cref="UserErrorException">The folder holds no model that the engine knows.</exception>
    public static ModelDemand Of(string folder, int context)
    {
        var config = ModelConfigFile.Read(folder);
        var length = Math.Clamp(context, 1, config.ContextLength);
        return new ModelDemand(
            length, Bytes(config, length, new LoraOptions(), Quantization.None), Bytes(config, length, new LoraOptions(), Quantization.Nf4), Bytes(config, length, lora: null, Quantization.None));
    }

    private static long Bytes(ModelConfig config, int context, LoraOptions? lora, Quantization quantization)
    {
        var specification = new RunSpecification
        {
            Model = "",
            Dataset = new DatasetOptions { Path = "" },
            Lora = lora,
            Quantization = quantization,
            Batch = new BatchOptions { Rows = 1, ContextLength = context, Packing = false },
        };
        var sizes = ModelSizes.Of(config, lora);
        return MemoryEstimate.Parts(config, specification, sizes.Parameters, sizes.Trainable, context).Sum(part => part.Bytes);
    }
}
