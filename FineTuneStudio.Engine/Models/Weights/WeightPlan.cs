using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Models.Weights;

/// <summary>Names and shapes of a network's weights as the hub's files have them.</summary>
internal static class WeightPlan
{
    public const string Embedding = "model.embed_tokens";
    public const string Head = "lm_head";
    public const string FinalNorm = "model.norm";
    public const string Layers = "model.layers.";

    /// <summary>Every slot: the embedding, the layers' bottom up, the final norm, the head where it is not the embedding.</summary>
    public static IReadOnlyList<WeightSlot> Of(ModelConfig config)
    {
        WeightSlot Vocabulary(string name) => new(name + WeightSlot.WeightSuffix, [config.VocabularySize, config.HiddenSize], WeightKind.Matrix);

        return
        [
            Vocabulary(Embedding),
            .. Enumerable.Range(0, config.Layers.Count).SelectMany(layer => DecoderLayer.Slots(config, layer)),
            WeightSlot.Norm(FinalNorm, config.HiddenSize, config.OffsetNorms),
            .. config.TiedEmbeddings ? (WeightSlot[])[] : [Vocabulary(Head)],
        ];
    }

    /// <summary>Whether a weight may be kept in few bits: the linears of the layers, and their experts.</summary>
    public static bool IsPackable(WeightSlot slot) => slot.Kind == WeightKind.Inner || IsLinear(slot);

    /// <summary>Every linear that an adapter may stand beside, then the products of experts; the head is the last, tied or not.</summary>
    public static IReadOnlyList<LinearShape> Linears(ModelConfig config)
    {
        return
        [
            .. Of(config).Where(IsLinear).Select(slot => new LinearShape(slot.Name[..^WeightSlot.WeightSuffix.Length], slot.Shape[1], slot.Shape[0]) { IsInWholeModel = config.IsTextPart }),
            .. config.Layers.SelectMany((layer, index) => layer.FeedForward.ExpertShapes(new LayerSlots(config, index))),
            new LinearShape(Head, config.HiddenSize, config.VocabularySize, IsHead: true) { IsInWholeModel = config.IsTextPart },
        ];
    }

    /// <summary>What names of a layer begin with.</summary>
    public static string Prefix(int layer) => $"{Layers}{layer}.";

    private static bool IsLinear(WeightSlot slot) => slot.Kind == WeightKind.Matrix && slot.Name.StartsWith(Layers, StringComparison.Ordinal);
}
