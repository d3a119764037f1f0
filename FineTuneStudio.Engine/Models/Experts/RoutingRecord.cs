using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.Experts;

/// <summary>The experts that tokens went to in every layer: recorded in one pass and given to another, so that both compute with the same ones.</summary>
/// <remarks>
/// Only ids are kept; their weights are those of the pass that reads them, so that gradients reach the routers (Zheng et al. 2025, arXiv
/// 2507.18071; Ma et al. 2025, arXiv 2510.11370). A byte for each choice, two where there are more than 255 experts.
/// </remarks>
public sealed class RoutingRecord
{
    private readonly byte[] _ids;
    private readonly int _width;

    /// <param name="layers">Layers that have experts, by index.</param>
    /// <param name="choices">Experts of each token in each layer.</param>
    /// <param name="width">Bytes of an id.</param>
    /// <param name="ids">Token by token, in it layer by layer; all bits set is no expert.</param>
    private RoutingRecord(IReadOnlyList<int> layers, int choices, int width, byte[] ids)
    {
        (Layers, Choices, _width, _ids) = (layers, choices, width, ids);
        IsWhole = !Enumerable.Range(0, ids.Length / width).Any(place => IdAt(place) < 0);
    }

    /// <summary>Layers that have experts, by index in the model. <c>L</c></summary>
    public IReadOnlyList<int> Layers { get; }

    /// <summary>Experts of each token in each layer. <c>k</c></summary>
    public int Choices { get; }

    /// <summary>Tokens recorded. <c>T</c></summary>
    public int Tokens => _ids.Length / BytesOfToken;

    /// <summary>Size of the record.</summary>
    public long Bytes => _ids.Length;

    /// <summary>Whether the experts of every token are known.</summary>
    public bool IsWhole { get; }

    private int BytesOfToken => Layers.Count * Choices * _width;

    /// <summary>Takes ids from tensors.</summary>
    /// <param name="layers">Of every layer with experts its index and ids <c>[T, k]</c>; -1 is no expert.</param>
    /// <param name="experts">How many experts there are.</param>
    /// <exception cref="ArgumentException">Nothing to record, or layers of different shapes.</exception>
    public static RoutingRecord Of(IReadOnlyList<KeyValuePair<int, Tensor>> layers, int experts)
    {
        if (layers.Count == 0 || layers.Any(layer => !layer.Value.Shape.SequenceEqual(layers[0].Value.Shape)))
        {
            throw new ArgumentException("Every layer's ids must be of one shape [tokens, choices].", nameof(layers));
        }

        var (tokens, choices, width) = ((int)layers[0].Value.Size(0), (int)layers[0].Value.Size(1), experts <= byte.MaxValue ? 1 : 2);
        var ids = new byte[tokens * layers.Count * choices * width];
        for (var layer = 0; layer < layers.Count; layer++)
        {
            var own = layers[layer].Value.ToArray<long>();
            for (var pair = 0; pair < own.Length; pair++)
            {
                var place = ((((pair / choices) * layers.Count) + layer) * choices) + (pair % choices);
                for (var part = 0; part < width; part++)
                {
                    ids[(place * width) + part] = unchecked((byte)(own[pair] >> (8 * part)));
                }
            }
        }

        return new RoutingRecord([.. layers.Select(layer => layer.Key)], choices, width, ids);
    }

    /// <summary>Records one after another.</summary>
    /// <exception cref="ArgumentException">None, or of different models.</exception>
    public static RoutingRecord Join(IReadOnlyList<RoutingRecord> records)
        => records.Count > 0 && records.All(record => record._width == records[0]._width && record.Choices == records[0].Choices && record.Layers.SequenceEqual(records[0].Layers))
            ? new RoutingRecord(records[0].Layers, records[0].Choices, records[0]._width, [.. records.SelectMany(record => record._ids)])
            : throw new ArgumentException("Records to join must be of one model.", nameof(records));

    /// <summary>Some of the tokens.</summary>
    public RoutingRecord Slice(int first, int count)
        => new(Layers, Choices, _width, _ids[(first * BytesOfToken)..((first + count) * BytesOfToken)]);

    /// <summary>Longer by tokens without experts: for these the pass that reads the record chooses.</summary>
    /// <param name="tokens">How many there shall be in all.</param>
    public RoutingRecord ExtendedTo(int tokens)
    {
        var ids = new byte[tokens * BytesOfToken];
        Array.Fill(ids, byte.MaxValue);
        _ids.CopyTo(ids, 0);
        return new RoutingRecord(Layers, Choices, _width, ids);
    }

    /// <summary>The ids of a layer; -1 is no expert. <c>[T, k]</c>, Int64</summary>
    /// <exception cref="ArgumentException">The layer was not recorded.</exception>
    internal Tensor IdsOf(int layer, Device device)
    {
        var index = Layers.ToList().IndexOf(layer);
        if (index < 0)
        {
            throw new ArgumentException($"Layer {layer} is not in the record of layers {string.Join(", ", Layers)}.", nameof(layer));
        }

        var ids = new long[Tokens * Choices];
        for (var pair = 0; pair < ids.Length; pair++)
        {
            var place = ((((pair / Choices) * Layers.Count) + index) * Choices) + (pair % Choices);
            ids[pair] = IdAt(place);
        }

        return Tensor.From<long>(ids, Tokens, Choices).To(device);
    }

    private int IdAt(int place)
    {
        var (id, none) = _width == 1 ? (_ids[place], byte.MaxValue) : (BitConverter.ToUInt16(_ids, place * 2), ushort.MaxValue);
        return id == none ? -1 : id;
    }
}
