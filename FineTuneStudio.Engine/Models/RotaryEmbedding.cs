using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models;

/// <summary>Cosines and sines by which queries and keys of a batch turn.</summary>
/// <remarks>Su et al. 2021, arXiv 2104.09864. Angles are fp32 products, as in the reference implementations.</remarks>
public sealed class RotaryEmbedding
{
    private readonly RopeDescription _rope;
    private readonly Device _device;

    internal RotaryEmbedding(RopeDescription rope, Device device)
    {
        _rope = rope;
        _device = device;
    }

    /// <summary>The tables of a batch.</summary>
    public RopeTables Tables(TokenBatch batch)
    {
        using var scope = TensorScope.Enter();
        using var off = GradMode.Off();
        var angles = Angles(batch);
        var (cos, sin) = (angles.Cos(), angles.Sin());
        return _rope.AttentionFactor == 1
            ? new(scope.Keep(cos), scope.Keep(sin))
            : new(scope.Keep(cos * _rope.AttentionFactor), scope.Keep(sin * _rope.AttentionFactor));
    }

    // [N, R/2]
    private Tensor Angles(TokenBatch batch)
    {
        var positions = batch.Positions.To(DType.Float32).Unsqueeze(1);
        if (!_rope.DependsOnLength || batch.RopeLength is not null)
        {
            return positions * Frequencies(batch.RopeLengthOf(0));
        }

        // Each sequence by its own length.
        var parts = new Tensor[batch.Sequences];
        for (var sequence = 0; sequence < parts.Length; sequence++)
        {
            var (start, end) = (batch.SequenceStarts[sequence], batch.SequenceStarts[sequence + 1]);
            parts[sequence] = positions.Narrow(0, start, end - start) * Frequencies(batch.RopeLengthOf(sequence));
        }

        return Tensor.Cat(parts, 0);
    }

    // [R/2]
    private Tensor Frequencies(int length)
        => Tensor.From<float>([.. RopeFrequencies.Of(_rope, length).Select(frequency => (float)frequency)]).To(_device);
}
