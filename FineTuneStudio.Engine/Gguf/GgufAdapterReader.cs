using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf.Architectures;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Gguf;

/// <summary>Reads an adapter back from GGUF, as llama.cpp would: <c>alpha / rank</c> of each pair is its scale.</summary>
internal static class GgufAdapterReader
{
    /// <param name="path">The file.</param>
    /// <param name="config">The network that it is for.</param>
    /// <exception cref="UserErrorException">The file is no adapter, or of another model.</exception>
    public static AdapterSet Read(string path, ModelConfig config)
    {
        var file = GgufFile.Open(path);
        if (file.Metadata.Find<string>("adapter.type") != "lora")
        {
            throw new UserErrorException(path, "This GGUF file is no LoRA adapter.");
        }

        var architecture = GgufArchitecture.Of(config);
        double alpha = file.Metadata.Find<float>("adapter.lora.alpha");
        var linears = WeightPlan.Linears(config).Where(linear => !linear.IsHead || !config.TiedEmbeddings).ToList();
        var adapters = linears.Select(linear => Pair(file, architecture.SlotOf(config, linear.Name), linear.Name, alpha)).OfType<LoraAdapter>().ToList();
        var configuration = new AdapterConfiguration
        {
            Rank = (int)(adapters.FirstOrDefault()?.Rank ?? throw new UserErrorException(path, "The file holds no pair for this model.")),
            Alpha = alpha,
            Targets = AdapterTargets.Of(adapters.Select(adapter => adapter.Module)),
        };
        return new AdapterSet(configuration, adapters, []);
    }

    private static LoraAdapter? Pair(GgufFile file, GgufSlot slot, string module, double alpha)
    {
        if (!file.Entries.ContainsKey(slot.Name + ".lora_a"))
        {
            return null;
        }

        using var scope = TensorScope.Enter();
        var b = file.Get(slot.Name + ".lora_b").To(DType.Float32);
        b = slot.GgufRows() is { } order ? b.IndexSelect(0, Tensor.From<long>(order)) : b;
        return new LoraAdapter(module, file.Get(slot.Name + ".lora_a").To(DType.Float32), b, alpha, rankStabilised: false, dropout: 0);
    }
}
