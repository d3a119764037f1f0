using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Tests.Support;

/// <summary>What a run leaves whose training is pretended: an adapter in PEFT layout that fits nano and changes nothing.</summary>
internal static class FakeAdapter
{
    private const int Rank = 16;
    private const int Layers = 4;
    private const int Width = 256;
    private const int ValueWidth = 128;

    /// <summary>Writes configuration and weights.</summary>
    /// <param name="folder">Where; it is made.</param>
    /// <param name="step">After which step: adapters of different steps differ.</param>
    public static void Write(string folder, int step)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), $$"""{"peft_type":"LORA","r":{{Rank}},"lora_alpha":32,"lora_dropout":0.0,"target_modules":["q_proj","v_proj"],"base_model_name_or_path":"tiny"}""");
        using var scope = TensorScope.Enter();
        using var stream = File.Create(Path.Combine(folder, "adapter_model.safetensors"));
        var weights = from layer in Enumerable.Range(0, Layers)
                      from linear in new[] { (Name: "q_proj", Width), (Name: "v_proj", Width: ValueWidth) }
                      let path = $"base_model.model.model.layers.{layer}.self_attn.{linear.Name}"
                      from weight in new[] { KeyValuePair.Create($"{path}.lora_A.weight", Tensor.Full([Rank, Width], step, DType.Float32)), KeyValuePair.Create($"{path}.lora_B.weight", Tensor.Zeros([linear.Width, Rank], DType.Float32)) }
                      select weight;
        SafetensorsWriter.Write(stream, weights.ToList());
    }
}
