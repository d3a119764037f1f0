namespace FineTuneStudio.Engine.Adapters;

/// <summary>Where an adapter comes from: what its README says, to a person and to the hub.</summary>
public sealed record AdapterProvenance
{
    /// <summary>What the person called the run.</summary>
    public required string Name { get; init; }

    /// <summary>The base model's public name.</summary>
    public required string BaseModel { get; init; }

    /// <summary>Hash over the base model's files.</summary>
    public required string BaseModelSha256 { get; init; }

    /// <summary>The base model's licence, which the adapter inherits; <see langword="null"/> where it is not known.</summary>
    public string? BaseModelLicence { get; init; }

    /// <summary>Name of the training data.</summary>
    public required string Dataset { get; init; }

    /// <summary>Hash of the training file.</summary>
    public required string DatasetSha256 { get; init; }

    /// <summary>The whole specification of the run, as JSON.</summary>
    public required string SpecificationJson { get; init; }

    /// <summary>Final figures by name: <c>held-out loss</c>, <c>steps</c>, ...</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Metrics { get; init; }

    /// <summary>When training ended, UTC.</summary>
    public required DateTimeOffset FinishedAt { get; init; }
}
