using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Adapters;

/// <summary>An adapter as a list shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="RunId">The run that left it; <see langword="null"/> where it was made elsewhere.</param>
/// <param name="Name">As the run is called, or as a person calls it.</param>
/// <param name="Model">Name of its base model.</param>
/// <param name="Dataset">Name of what it learnt from; empty where it was made elsewhere.</param>
/// <param name="Bytes">Size on disk.</param>
/// <param name="Sha256">Of adapter_model.safetensors.</param>
/// <param name="HeldOutLoss">Of the run's end, in nats per token.</param>
/// <param name="CreatedAt">When it was written, or taken in.</param>
public sealed record AdapterSummary(
    Guid Id, Guid? RunId, string Name, string Model, string Dataset, long Bytes, string Sha256, double? HeldOutLoss, DateTimeOffset CreatedAt)
{
    /// <summary>Of the end of a reinforcement run, which has it in place of a loss.</summary>
    public double? HeldOutReward { get; init; }

    /// <summary>Few bits that the run put its base's weights into.</summary>
    public Quantization Quantization { get; init; }

    /// <summary>Where one that was made elsewhere was taken from; <see langword="null"/> for what a run left.</summary>
    public string? Origin { get; init; }

    /// <summary>The base model as one that was made elsewhere names it; empty where it does not.</summary>
    public string BaseModelName { get; init; } = "";
}
