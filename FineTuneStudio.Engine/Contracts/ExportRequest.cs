namespace FineTuneStudio.Engine.Contracts;

/// <summary>What is to be exported, and where to.</summary>
public sealed record ExportRequest
{
    /// <summary>The adapter, in PEFT layout.</summary>
    public required string AdapterFolder { get; init; }

    /// <summary>The base model's folder.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>In what form.</summary>
    public required ExportFormat Format { get; init; }

    /// <summary>How a GGUF file stores matrices.</summary>
    public GgufWeightType WeightType { get; init; } = GgufWeightType.F16;

    /// <summary>A folder that is empty or new; a <c>.zip</c> of it; or, for GGUF, a <c>.gguf</c> with its certificate beside it.</summary>
    public required string Target { get; init; }

    /// <summary>What a GGUF file in a folder is called, without its ending; <see langword="null"/> takes the target's name.</summary>
    public string? FileName { get; init; }

    /// <summary>Few bits that the run which made the adapter put the base's weights into, where it is known and it did.</summary>
    public Quantization TrainedQuantization { get; init; }

    /// <summary>The base model's public name; <see langword="null"/> takes its folder's.</summary>
    public string? BaseModel { get; init; }
}
