using Xunit;

namespace FineTuneStudio.Tests.Support;

/// <summary>Folders of reference models by what is built.</summary>
internal static class GoldenModels
{
    /// <summary>Dense decoders.</summary>
    public static IReadOnlyList<string> Dense { get; } =
    [
        "gemma2", "gemma3", "llama", "llama31", "llama_linear_rope", "llama_dynamic_rope", "llama_v5_config", "mistral", "phi3", "phi3_longrope",
        "qwen2", "qwen3", "qwen3_yarn", "smollm3",
    ];

    /// <summary>Those with gradients and a recorded training.</summary>
    public static IReadOnlyList<string> Traced { get; } = ["gemma2", "gemma3", "llama", "llama31", "mistral", "phi3", "qwen2", "qwen3", "smollm3"];

    /// <summary>Reference adapters: the plain one of every dense model, and every other kind beside qwen3.</summary>
    public static TheoryData<string, string> Adapters
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var model in Dense)
            {
                data.Add(model, "lora");
            }

            foreach (var kind in (string[])["lora_rslora", "lora_dora", "lora_patterns", "lora_modules_to_save", "lora_regex"])
            {
                data.Add("qwen3", kind);
            }

            return data;
        }
    }
}
