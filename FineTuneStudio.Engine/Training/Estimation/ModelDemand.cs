using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>Memory that a step on one row takes at its peak, by what learns.</summary>
/// <param name="Context">Tokens of the row.</param>
/// <param name="Adapter">Bytes with an adapter of the default rank, beside weights as the folder has them.</param>
/// <param name="PackedAdapter">Bytes with an adapter beside weights of four bits (NF4).</param>
/// <param name="Whole">Bytes where every weight learns.</param>
public sealed record ModelDemand(int Context, long Adapter, long PackedAdapter, long Whole)
{
    /// <summary>Computed from the model's shapes and the headers of its files; its weights are not read.</summary>
    /// <param name="folder">In Hugging Face layout.</param>
    /// <param name="context">Tokens of a row; a longer one than the model was made for counts as that.</param>
    /// <exception cref="UserErrorException">The folder holds no model that the engine knows.</exception>
    public static ModelDemand Of(string folder, int context)
    {
        var config = ModelConfigFile.Read(folder);
        var (length, memory) = (Math.Clamp(context, 1, config.ContextLength), MemoryEstimate.Of(folder, config));
        long Bytes(LoraOptions? lora, Quantization quantization)
        {
            var specification = new RunSpecification
            {
                Model = folder,
                Dataset = new DatasetOptions { Path = "" },
                Lora = lora,
                Quantization = quantization,
                Batch = new BatchOptions { Rows = 1, ContextLength = length, Packing = false },
            };
            return memory.Parts(specification, length).Sum(part => part.Bytes);
        }

        return new ModelDemand(length, Bytes(new LoraOptions(), Quantization.None), Bytes(new LoraOptions(), Quantization.Nf4), Bytes(lora: null, Quantization.None));
    }
}
