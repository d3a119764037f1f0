using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Models;

/// <summary>Names and shapes of a network's weights as the hub's files have them.</summary>
internal static class WeightPlan
{
    public const string Embedding = "model.embed_tokens";
    public const string Head = "lm_head";
    public const string FinalNorm = "model.norm.weight";

    /// <summary>Every slot, in the order the network uses them.</summary>
    public static IReadOnlyList<WeightSlot> Of(ModelConfig config)
    {
        long width = config.HiddenSize;
        var slots = new List<WeightSlot> { new($"{Embedding}.weight", [config.VocabularySize, width], WeightKind.Matrix) };
        for (var index = 0; index < config.Layers.Count; index++)
        {
            slots.AddRange(Layer(Prefix(index), config.Layers[index], width));
        }

        slots.Add(new(FinalNorm, [width], WeightKind.Norm));
        if (!config.TiedEmbeddings)
        {
            slots.Add(new($"{Head}.weight", [config.VocabularySize, width], WeightKind.Matrix));
        }

        return slots;
    }

    /// <summary>Every linear that an adapter may stand beside; the head is the last, tied or not.</summary>
    public static IReadOnlyList<LinearShape> Linears(ModelConfig config)
    {
        const string Suffix = ".weight";
        var inLayers = Of(config).Where(slot => slot.Kind == WeightKind.Matrix && slot.Name.StartsWith("model.layers.", StringComparison.Ordinal));
        return
        [
            .. inLayers.Select(slot => new LinearShape(slot.Name[..^Suffix.Length], slot.Shape[1], slot.Shape[0])),
            new LinearShape(Head, config.HiddenSize, config.VocabularySize, IsHead: true),
        ];
    }

    /// <summary>What names of a layer begin with.</summary>
    public static string Prefix(int layer) => $"model.layers.{layer}.";

    private static IEnumerable<WeightSlot> Layer(string prefix, LayerDescription layer, long width)
    {
        var attention = layer.Attention;
        var queries = (long)attention.Heads * attention.HeadSize;
        var keys = (long)attention.KeyValueHeads * attention.HeadSize;
        long inner = layer.FeedForward.IntermediateSize;
        yield return new(prefix + "input_layernorm.weight", [width], WeightKind.Norm);
        foreach (var slot in (WeightSlot[])
        [
            .. Linear(prefix + "self_attn.q_proj", queries, width),
            .. Linear(prefix + "self_attn.k_proj", keys, width),
            .. Linear(prefix + "self_attn.v_proj", keys, width),
            .. Linear(prefix + "self_attn.o_proj", width, queries),
        ])
        {
            yield return slot;
        }

        if (attention.QueryKeyNorm)
        {
            yield return new(prefix + "self_attn.q_norm.weight", [attention.HeadSize], WeightKind.Norm);
            yield return new(prefix + "self_attn.k_norm.weight", [attention.HeadSize], WeightKind.Norm);
        }

        yield return new(prefix + "post_attention_layernorm.weight", [width], WeightKind.Norm);
        foreach (var slot in (WeightSlot[])
        [
            .. Linear(prefix + "mlp.gate_proj", inner, width),
            .. Linear(prefix + "mlp.up_proj", inner, width),
            .. Linear(prefix + "mlp.down_proj", width, inner),
        ])
        {
            yield return slot;
        }
    }

    // A bias is added wherever the file holds one; the configurations do not tell reliably.
    private static IEnumerable<WeightSlot> Linear(string name, long outputs, long inputs)
    {
        yield return new(name + ".weight", [outputs, inputs], WeightKind.Matrix);
        yield return new(name + ".bias", [outputs], WeightKind.Bias, IsOptional: true);
    }
}
