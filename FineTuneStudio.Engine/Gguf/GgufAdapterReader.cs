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

        double alpha = file.Metadata.Find<float>("adapter.lora.alpha");
        var slots = GgufFamilies.Of(config).PossibleSlots(config).ToLookup(slot => slot.HubNames[0], StringComparer.Ordinal);
        var linears = WeightPlan.Linears(config);
        var adapters = linears.Where(linear => linear is not ExpertShape && (!linear.IsHead || !config.TiedEmbeddings))
            .Select(linear => Pair(file, slots[linear.Name + WeightSlot.WeightSuffix].First(), linear.Name, alpha))
            .OfType<LoraAdapter>()
            .ToList();
        var experts = ExpertModules.Of(linears.OfType<ExpertShape>().Where(shape => file.Entries.ContainsKey(NameOfA(slots[shape.Tensors[0].Name].First()))))
            .Select(pair => Experts(file, slots, pair.Shape, pair.Module, alpha))
            .ToList();
        var configuration = new AdapterConfiguration
        {
            Rank = (int)(adapters.FirstOrDefault()?.Rank ?? experts.FirstOrDefault()?.Rank ?? throw new UserErrorException(path, "The file holds no pair for this model.")),
            Alpha = alpha,
            Targets = AdapterTargets.Of(adapters.Select(adapter => adapter.Module)),
            TargetParameters = experts.ConvertAll(adapter => adapter.Shape.Name),
        };
        return new AdapterSet(configuration, adapters, experts, []);
    }

    private static string NameOfA(GgufSlot slot) => slot.Name + ".lora_a";

    private static string NameOfB(GgufSlot slot) => slot.Name + ".lora_b";

    private static LoraAdapter? Pair(GgufFile file, GgufSlot slot, string module, double alpha)
    {
        if (!file.Entries.ContainsKey(NameOfA(slot)))
        {
            return null;
        }

        using var scope = TensorScope.Enter();
        var b = slot.View.RestorePair([file.Get(NameOfB(slot)).To(DType.Float32)]);
        return new LoraAdapter(module, file.Get(NameOfA(slot)).To(DType.Float32), b, alpha, rankStabilised: false, dropout: 0);
    }

    // Gate and up have the same first factors, as the writer makes them.
    private static ExpertAdapter Experts(GgufFile file, ILookup<string, GgufSlot> slots, ExpertShape shape, string module, double alpha)
    {
        using var scope = TensorScope.Enter();
        var parts = shape.Tensors.Where(tensor => tensor.Expert is null or 0).Select(tensor => slots[tensor.Name].ToList()).ToList();
        var a = file.Get(NameOfA(parts[0][0])).To(DType.Float32);                                                                 // [E, R, in]
        var b = Tensor.Cat([.. parts.Select(part => part[0].View.RestorePair([.. part.Select(slot => file.Get(NameOfB(slot)).To(DType.Float32))]))], 1).Permute(1, 2, 0);   // [out, R, E]
        return new ExpertAdapter(shape, module, a.Reshape(-1, shape.Inputs), b.Reshape(shape.Outputs, -1), alpha, rankStabilised: false);
    }
}
