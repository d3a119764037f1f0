using System.Text.Json.Nodes;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Tests.Support;

/// <summary>The golden Gemma 3 as the text model of a model of text and images, in either scheme of names.</summary>
internal static class WholeGemma
{
    /// <summary>Tensors of the part that sees images, by the older scheme's names.</summary>
    public static IReadOnlyList<string> Images { get; } =
        ["multi_modal_projector.mm_input_projection_weight", "vision_tower.vision_model.encoder.layers.0.self_attn.q_proj.weight", "vision_tower.vision_model.embeddings.patch_embedding.bias"];

    /// <summary>A folder of it; the caller deletes it.</summary>
    /// <param name="older">Names of before transformers 4.52.</param>
    public static ModelCopy Make(bool older)
    {
        var copy = new ModelCopy("gemma3");
        var text = JsonNode.Parse(File.ReadAllText(copy.At("config.json")))!.AsObject();
        text.Remove("architectures");
        text.Remove("torch_dtype");
        text.Remove("eos_token_id");
        File.WriteAllText(copy.At("config.json"), new JsonObject
        {
            ["architectures"] = new JsonArray("Gemma3ForConditionalGeneration"),
            ["model_type"] = "gemma3",
            ["eos_token_id"] = new JsonArray(1, 3),
            ["torch_dtype"] = "float32",
            ["mm_tokens_per_image"] = 256,
            ["text_config"] = text,
            ["vision_config"] = new JsonObject { ["model_type"] = "siglip_vision_model", ["hidden_size"] = 16 },
        }.ToJsonString());
        copy.ChangeWeights(weights => Rename(weights, older));
        return copy;
    }

    /// <summary>What the scheme calls a tensor or module of the text model.</summary>
    public static string NameOf(string own, bool older)
        => older ? "language_model." + own
            : own.StartsWith("model.", StringComparison.Ordinal) ? "model.language_model." + own["model.".Length..]
            : own;

    /// <summary>What the scheme calls a tensor of the part that sees images.</summary>
    public static string ImageName(string name, bool older) => older ? name : "model." + name;

    /// <summary>Writes the golden adapter's tensors under other names.</summary>
    /// <param name="source">The golden adapter's folder.</param>
    /// <param name="target">The folder to be.</param>
    /// <param name="nameOf">From a module's or tensor's own name.</param>
    /// <param name="withHead">With a head saved whole, the embedding by half as much again.</param>
    public static void RenameAdapter(string source, string target, Func<string, string> nameOf, bool withHead = false)
    {
        using var scope = TensorScope.Enter();
        const string prefix = "base_model.model.";
        var file = SafetensorsFile.Open(Path.Combine(source, "adapter_model.safetensors"));
        Directory.CreateDirectory(target);
        var tensors = file.Names.ToDictionary(name => prefix + nameOf(name[prefix.Length..]), file.Get);
        if (withHead)
        {
            var embedding = SafetensorsFile.Open(SharedData.Golden("models", "gemma3", "model.safetensors")).Get("model.embed_tokens.weight");
            tensors[prefix + nameOf("lm_head.weight")] = embedding * 1.5;
        }

        using var stream = File.Create(Path.Combine(target, "adapter_model.safetensors"));
        SafetensorsWriter.Write(stream, tensors);
        File.Copy(Path.Combine(source, "adapter_config.json"), Path.Combine(target, "adapter_config.json"));
    }

    private static void Rename(Dictionary<string, Tensor> weights, bool older)
    {
        foreach (var name in weights.Keys.ToList())
        {
            weights.Remove(name, out var tensor);
            weights[NameOf(name, older)] = tensor!;
        }

        foreach (var name in Images)
        {
            weights[ImageName(name, older)] = Tensor.From<float>([1.5f, -2, 3, 0.25f], 2, 2);
        }
    }
}
