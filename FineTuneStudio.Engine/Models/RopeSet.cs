using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models;

/// <summary>The kinds of rope in a network; layers usually share one, so tables are made once for each kind.</summary>
internal sealed class RopeSet
{
    private readonly RotaryEmbedding[] _kinds;
    private readonly int[] _kindOfLayer;

    public RopeSet(ModelConfig config, Device device)
    {
        var kinds = config.Layers.Select(layer => layer.Attention.Rope).OfType<RopeDescription>().Distinct().ToList();
        _kinds = [.. kinds.Select(kind => new RotaryEmbedding(kind, device))];
        _kindOfLayer = [.. config.Layers.Select(layer => layer.Attention.Rope is { } rope ? kinds.IndexOf(rope) : -1)];
    }

    /// <summary>The tables of a batch, one for each kind.</summary>
    public RopeTables[] Tables(TokenBatch batch) => Array.ConvertAll(_kinds, kind => kind.Tables(batch));

    /// <summary>A layer's tables; <see langword="null"/> where it has no rope.</summary>
    public RopeTables? Of(int layer, RopeTables[] tables) => _kindOfLayer[layer] < 0 ? null : tables[_kindOfLayer[layer]];
}
