using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Adapters;

/// <summary>A form that an adapter can leave in.</summary>
/// <param name="Key">Its name in addresses and on disk: <c>gguf-q8_0</c>.</param>
/// <param name="Title">For a person.</param>
/// <param name="Use">What reads it.</param>
/// <param name="Format">The form.</param>
/// <param name="WeightType">How a GGUF file stores matrices.</param>
public sealed record ExportKind(string Key, string Title, string Use, ExportFormat Format, GgufWeightType WeightType)
{
    /// <summary>Every form, in the order a page shows them.</summary>
    public static IReadOnlyList<ExportKind> All { get; } =
    [
        new("peft", "Adapter, PEFT", "Hugging Face PEFT, vLLM, this studio", ExportFormat.Peft, GgufWeightType.F16),
        new("merged", "Merged model", "transformers, vLLM and whatever reads model folders", ExportFormat.Merged, GgufWeightType.F16),
        new("gguf-f16", "GGUF, 16 bits", "llama.cpp, Ollama, LM Studio", ExportFormat.Gguf, GgufWeightType.F16),
        new("gguf-q8_0", "GGUF, 8 bits", "the same at half the size, hardly a difference", ExportFormat.Gguf, GgufWeightType.Q8),
        new("gguf-q4_k", "GGUF, 4 bits in large blocks", "a little above a quarter of the size, and closer to the model than plain 4 bits", ExportFormat.Gguf, GgufWeightType.Q4K),
        new("gguf-q4_0", "GGUF, 4 bits", "the same at a quarter of the size, with a visible loss", ExportFormat.Gguf, GgufWeightType.Q4),
        new("gguf-lora", "Adapter, GGUF", "llama.cpp beside a GGUF file of the base model", ExportFormat.GgufLora, GgufWeightType.F16),
    ];

    /// <summary>The form of a key, or <see langword="null"/>.</summary>
    public static ExportKind? Find(string key) => All.FirstOrDefault(kind => kind.Key == key);
}
