namespace FineTuneStudio.Engine.Contracts;

/// <summary>What an adapter in PEFT layout is, beside a model that it fits.</summary>
public sealed record AdapterDescription
{
    /// <summary>What a specification's <c>lora</c> says of it: rank, alpha, scale, magnitudes, linears; the dropout is what it was trained with.</summary>
    public required LoraOptions Options { get; init; }

    /// <summary>Its weights.</summary>
    public required long Parameters { get; init; }

    /// <summary>What it stands beside, for a person.</summary>
    public required string Beside { get; init; }

    /// <summary>The base model as the adapter names it; empty where it does not.</summary>
    public required string BaseModelName { get; init; }
}
