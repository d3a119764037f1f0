namespace FineTuneStudio.Application.Adapters;

/// <summary>An adapter as a list shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="RunId">The run that left it.</param>
/// <param name="Name">As the run is called.</param>
/// <param name="Model">Name of its base model.</param>
/// <param name="Dataset">Name of what it learnt from.</param>
/// <param name="Bytes">Size on disk.</param>
/// <param name="Sha256">Of adapter_model.safetensors.</param>
/// <param name="HeldOutLoss">Of the run's end, in nats per token.</param>
/// <param name="CreatedAt">When it was written.</param>
public sealed record AdapterSummary(
    Guid Id, Guid RunId, string Name, string Model, string Dataset, long Bytes, string Sha256, double? HeldOutLoss, DateTimeOffset CreatedAt)
{
    /// <summary>Of the end of a reinforcement run, which has it in place of a loss.</summary>
    public double? HeldOutReward { get; init; }
}
