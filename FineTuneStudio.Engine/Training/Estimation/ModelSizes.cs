using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>How many weights there are, pass a token, and learn.</summary>
/// <param name="Parameters">Of the base model.</param>
/// <param name="Active">Of them, those that a token passes through.</param>
/// <param name="Trainable">Those that learn.</param>
internal sealed record ModelSizes(long Parameters, long Active, long Trainable)
{
    private const int BytesOfWeight = 4;

    /// <summary>Counts from shapes alone.</summary>
    /// <param name="config">The network.</param>
    /// <param name="lora">The adapter; <see langword="null"/> where every weight learns.</param>
    public static ModelSizes Of(ModelConfig config, LoraOptions? lora)
    {
        var parameters = WeightPlan.Of(config).Where(slot => !slot.IsOptional).Sum(slot => slot.Elements);
        var trainable = lora is null ? parameters : AdapterSet.Wanted(WeightPlan.Linears(config), lora).Sum(linear => linear.AdapterElements(lora.Rank));
        return new ModelSizes(parameters, parameters - config.IdleParameters, trainable);
    }

    /// <summary>Space for the checkpoints that are kept, one being written, and what was learnt.</summary>
    public long DiskBytes(RunSpecification specification)
    {
        var checkpoint = (long)(Trainable * (BytesOfWeight + MemoryEstimate.StateBytesPerWeight(specification.Optimizer)));
        return ((specification.Checkpoints.Keep + 2L) * checkpoint) + (Trainable * BytesOfWeight);
    }
}
