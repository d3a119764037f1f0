namespace FineTuneStudio.Engine.Contracts;

/// <summary>What an export was found to compute when it was loaded anew, beside the base with the adapter: <c>certificate.json</c>.</summary>
public sealed record ExportCertificate
{
    /// <summary>In what form it left.</summary>
    public required ExportFormat Format { get; init; }

    /// <summary>How a GGUF file stores matrices; else <see langword="null"/>.</summary>
    public GgufWeightType? WeightType { get; init; }

    /// <summary>Version of the engine that wrote and checked it.</summary>
    public required string EngineVersion { get; init; }

    /// <summary>The base model's public name.</summary>
    public required string BaseModel { get; init; }

    /// <summary>The base model's commit on its hub, where its folder says.</summary>
    public string? BaseModelRevision { get; init; }

    /// <summary>Hash over the base model's files.</summary>
    public required string BaseModelSha256 { get; init; }

    /// <summary>Of the adapter's tensors.</summary>
    public required string AdapterSha256 { get; init; }

    /// <summary>Arithmetic of the comparison.</summary>
    public required Precision Precision { get; init; }

    /// <summary>Prompts that both answered.</summary>
    public required int Prompts { get; init; }

    /// <summary>Places at which scores were compared.</summary>
    public required int Positions { get; init; }

    /// <summary>Largest difference of a logit.</summary>
    public required double LargestLogitDifference { get; init; }

    /// <summary>Mean divergence of the export's distribution from the model's (Kullback-Leibler), in nats.</summary>
    public required double MeanDivergence { get; init; }

    /// <summary>Share of places at which both would choose the same token.</summary>
    public required double GreedyAgreement { get; init; }

    /// <summary>Few bits that training put the base's weights into, where its folder has others: then the comparison above is with the adapter beside the folder's own.</summary>
    public Quantization? TrainedQuantization { get; init; }

    /// <summary>Mean divergence of the export's distribution from that of the model with these few bits, in nats.</summary>
    public double? TrainedDivergence { get; init; }

    /// <summary>Share of places at which the export and the model with these few bits would choose the same token.</summary>
    public double? TrainedAgreement { get; init; }

    /// <summary>The files, all but this one.</summary>
    public required IReadOnlyList<ExportedFile> Files { get; init; }

    /// <summary>What a person should know: where other software does otherwise.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Most divergence that the form explains: rounding of 16 bits, or of the bits that were asked for.</summary>
    public double DivergenceLimit => (Format, WeightType) switch
    {
        (ExportFormat.Peft, _) => 1e-6,
        (_, GgufWeightType.Q4 or GgufWeightType.Q4K) => 0.5,
        (_, GgufWeightType.Q8) => 0.02,
        _ => 0.01,
    };

    /// <summary>Whether it computes what the adapter does beside the base, as closely as its form allows.</summary>
    public bool Passed => MeanDivergence <= DivergenceLimit && double.IsFinite(LargestLogitDifference);
}
