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

    /// <summary>Mixtures of experts.</summary>
    public static IReadOnlyList<string> Sparse { get; } =
    [
        "deepseek_v2", "deepseek_v2_lite", "deepseek_v3", "gpt_oss", "kimi_k2", "mixtral", "qwen2_moe", "qwen3_moe",
    ];

    /// <summary>Mixtures with gradients and a recorded training.</summary>
    public static IReadOnlyList<string> TracedSparse { get; } = [.. Sparse.Where(name => name != "deepseek_v2_lite")];

    /// <summary>Those with gradients and a recorded training.</summary>
    public static IReadOnlyList<string> Traced { get; } = ["gemma2", "gemma3", "llama", "llama31", "mistral", "phi3", "qwen2", "qwen3", "smollm3"];

    /// <summary>Reference adapters: the plain one of every model, experts' where there are some, and every other kind beside qwen3.</summary>
    public static TheoryData<string, string> Adapters
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var model in Dense.Concat(Sparse))
            {
                data.Add(model, "lora");
            }

            foreach (var model in (string[])["deepseek_v3", "mixtral", "qwen3_moe"])
            {
                data.Add(model, "lora_experts");
            }

            foreach (var kind in (string[])["lora_rslora", "lora_dora", "lora_patterns", "lora_modules_to_save", "lora_regex"])
            {
                data.Add("qwen3", kind);
            }

            return data;
        }
    }
}
