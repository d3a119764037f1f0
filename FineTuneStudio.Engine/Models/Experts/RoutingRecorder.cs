using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.Experts;

/// <summary>Watches one forward pass and records which experts its tokens went to.</summary>
/// <remarks>Give <see cref="Observe"/> to <see cref="AttentionContext.RoutingObserved"/>.</remarks>
public sealed class RoutingRecorder
{
    private readonly SortedDictionary<int, Tensor> _layers = [];
    private int _experts;

    /// <summary>Keeps a layer's ids.</summary>
    public void Observe(int layer, ExpertChoice choice)
    {
        _experts = (int)choice.Logits.Size(1);
        _layers[layer] = Tensor.From<long>(choice.Ids.ToArray<long>(), [.. choice.Ids.Shape]).Own();
    }

    /// <summary>The record of the pass; the next pass starts a new one.</summary>
    /// <returns><see langword="null"/> where the model has no experts.</returns>
    public RoutingRecord? Take()
    {
        if (_layers.Count == 0)
        {
            return null;
        }

        var record = RoutingRecord.Of([.. _layers], _experts);
        foreach (var ids in _layers.Values)
        {
            ids.Dispose();
        }

        _layers.Clear();
        return record;
    }
}
