using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>How many weights there are, pass a token, and learn.</summary>
/// <param name="Parameters">Of the base model.</param>
/// <param name="Active">Of them, those that a token passes through.</param>
/// <param name="Trainable">Those that learn.</param>
/// <param name="Start">Of the adapter, those that say what it began as: frozen, and written beside what learns.</param>
internal sealed record ModelSizes(long Parameters, long Active, long Trainable, long Start)
{
    private const int BytesOfWeight = 4;

    /// <summary>Counts from shapes alone.</summary>
    /// <param name="config">The network.</param>
    /// <param name="lora">The adapter; <see langword="null"/> where every weight learns.</param>
    public static ModelSizes Of(ModelConfig config, LoraOptions? lora)
    {
        var parameters = WeightPlan.Of(config).Where(slot => !slot.IsOptional).Sum(slot => slot.Elements);
        if (lora is null)
        {
            return new ModelSizes(parameters, parameters - config.IdleParameters, parameters, Start: 0);
        }

        var wanted = AdapterSet.Wanted(WeightPlan.Linears(config), lora);
        var pairs = wanted.Sum(linear => linear.AdapterElements(lora.Rank));
        return new ModelSizes(
            parameters, parameters - config.IdleParameters, pairs + (lora.Dora ? wanted.Sum(linear => linear.Outputs) : 0), lora.Initialization == LoraInitialization.Pissa ? pairs : 0);
    }

    /// <summary>Space for the checkpoints that are kept, one being written, and what was learnt.</summary>
    /// <param name="specification">What learns, and how many checkpoints are kept.</param>
    /// <param name="besideBytes">Of the base's tensors that are no text model's: a model that learns whole takes them along.</param>
    public long DiskBytes(RunSpecification specification, long besideBytes)
    {
        var written = (Trainable + Start) * BytesOfWeight;
        var checkpoint = written + (long)(Trainable * MemoryEstimate.StateBytesPerWeight(specification.Optimizer));
        return ((specification.Checkpoints.Keep + 2L) * checkpoint) + written + (specification.Lora is null ? besideBytes : 0);
    }
}
