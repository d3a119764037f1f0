using System.Text.Json.Serialization;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>In what form an adapter leaves.</summary>
public enum ExportFormat
{
    /// <summary>The adapter alone, in PEFT layout.</summary>
    [JsonStringEnumMemberName("peft")]
    Peft,

    /// <summary>The base model with the adapter in its weights, as a folder in Hugging Face layout.</summary>
    [JsonStringEnumMemberName("merged")]
    Merged,

    /// <summary>The base model with the adapter in its weights, as one GGUF file.</summary>
    [JsonStringEnumMemberName("gguf")]
    Gguf,

    /// <summary>The adapter alone, as a GGUF file.</summary>
    [JsonStringEnumMemberName("gguf-lora")]
    GgufLora,
}
