using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>New tokens over latents, against the plain twin: lengths around a block's, widths that fill no unit, more heads than a task takes.</summary>
public sealed class CachedLatentAttentionTests
{
    private const int Capacity = 300;

    [Theory]
    [InlineData(DType.Float32, 4, 32, 24, 2e-6)]
    [InlineData(DType.Float32, 3, 40, 36, 2e-6)]
    [InlineData(DType.Float32, 130, 96, 64, 2e-6)]
    [InlineData(DType.BFloat16, 16, 96, 64, 2e-2)]
    [InlineData(DType.BFloat16, 5, 38, 30, 2e-2)]
    public void Apply_SequencesOfEveryLength_MatchesItsTwin(DType type, long heads, long width, long values, double tolerance)
    {
        using var scope = TensorScope.Enter();
        long[] positions = [0, 1, 127, 128, 255, 299];
        var q = Twins.Random(1, type, positions.Length, heads, width);
        var latent = Twins.Random(2, type, positions.Length, width);
        var cache = Twins.Random(3, type, positions.Length + 1, 1, Capacity, width);
        var other = cache.Clone();
        var slots = Tensor.From<long>([6, 0, 2, 1, 5, 3]);

        var fused = CachedLatentAttention.Apply(q, latent, cache, slots, Tensor.From<long>(positions), values, 0.2);
        var plain = CachedLatentAttention.ApplyPlain(q.To(DType.Float32), latent.To(DType.Float32), other.To(DType.Float32), slots, Tensor.From<long>(positions), values, 0.2);

        Twins.AssertClose(plain, fused, tolerance, "attention");
        Assert.True(cache.Select(0, 2).Select(1, 127).HasSameElements(latent.Narrow(0, 2, 1)));
    }

    [Fact]
    public void Apply_RowAmongOthers_HasTheBitsOfTheRowAlone()
    {
        using var scope = TensorScope.Enter();
        var q = Twins.Random(1, DType.Float32, 3, 8, 64);
        var latent = Twins.Random(2, DType.Float32, 3, 64);
        var cache = Twins.Random(3, DType.Float32, 3, 1, Capacity, 64);
        var (slots, positions) = (Tensor.From<long>([0, 1, 2]), Tensor.From<long>([200, 10, 140]));

        var together = CachedLatentAttention.Apply(q, latent, cache, slots, positions, 48, 0.2);

        for (var row = 0; row < 3; row++)
        {
            var alone = CachedLatentAttention.Apply(q.Narrow(0, row, 1), latent.Narrow(0, row, 1), cache, slots.Narrow(0, row, 1), positions.Narrow(0, row, 1), 48, 0.2);
            Assert.True(alone.HasSameElements(together.Narrow(0, row, 1)), $"row {row}");
        }
    }

    [Fact]
    public void Apply_PositionBehindTheCache_IsRefused()
    {
        using var scope = TensorScope.Enter();
        var cache = Tensor.Zeros([1, 1, 4, 32], DType.Float32);

        var exception = Assert.Throws<TensorException>(() => CachedLatentAttention.Apply(
            Tensor.Zeros([1, 2, 32], DType.Float32), Tensor.Zeros([1, 32], DType.Float32), cache, Tensor.From<long>([0]), Tensor.From<long>([4]), 24, 1));

        Assert.Contains("position 4", exception.Message, StringComparison.Ordinal);
    }
}
