using Xunit;

namespace FineTuneStudio.Tests.Support;

/// <summary>Folders of reference models by what is built.</summary>
internal static class GoldenModels
{
    /// <summary>Dense decoders.</summary>
    public static IReadOnlyList<string> Dense { get; } =
    [
        "llama", "llama31", "llama_linear_rope", "llama_dynamic_rope", "llama_v5_config", "mistral", "qwen2", "qwen3", "qwen3_yarn",
    ];

    /// <summary>Those with gradients and a recorded training.</summary>
    public static IReadOnlyList<string> Traced { get; } = ["llama", "llama31", "mistral", "qwen2", "qwen3"];

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
