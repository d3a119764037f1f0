using System.Collections.Frozen;

namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>The architectures that are built, by <c>model_type</c>.</summary>
internal static class ModelFamilies
{
    private static readonly FrozenDictionary<string, ModelFamily> ByName = new ModelFamily[]
    {
        DeepSeekV2Family.Family,
        DeepSeekV3Family.Family,
        DeepSeekV3Family.KimiK2,
        GemmaFamily.Family,
        Gemma2Family.Family,
        Gemma3Family.Family,
        GptOssFamily.Family,
        GraniteFamily.Family,
        LlamaFamily.Family,
        MistralFamily.Family,
        MixtralFamily.Family,
        Olmo2Family.Family,
        Phi3Family.Family,
        Qwen2Family.Family,
        Qwen2MoeFamily.Family,
        Qwen3Family.Family,
        Qwen3MoeFamily.Family,
        SmolLm3Family.Family,
    }
    .SelectMany(family => family.Aliases.Append(family.Name).Select(name => KeyValuePair.Create(name, family)))
    .ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every <c>model_type</c> that is built, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ByName.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The family of a <c>model_type</c>, or <see langword="null"/>.</summary>
    public static ModelFamily? Find(string modelType) => ByName.GetValueOrDefault(modelType);
}
