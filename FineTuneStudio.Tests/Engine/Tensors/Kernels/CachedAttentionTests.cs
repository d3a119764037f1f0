using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>Attention over the cache, against the plain twin and against attention over whole sequences.</summary>
public sealed class CachedAttentionTests
{
    private const int Slots = 5;
    private const int Capacity = 70;

    [Theory]
    [InlineData(DType.Float32, 1e-5)]
    [InlineData(DType.BFloat16, 1e-2)]
    public void Apply_OddShapes_MatchesItsTwin(DType dtype, double tolerance)
    {
        foreach (var (heads, shared, size) in new (long, long, long)[] { (1, 1, 8), (4, 2, 16), (6, 2, 20), (14, 2, 64), (8, 1, 128), (5, 5, 80), (3, 1, 7) })
        {
            foreach (var window in new int?[] { null, 1, 12 })
            {
                using var scope = TensorScope.Enter();
                var scoring = new AttentionScoring(0.3) { Window = window };
                var (q, k, v) = (Twins.Random(1, dtype, 3, heads, size), Twins.Random(2, dtype, 3, shared, size), Twins.Random(3, dtype, 3, shared, size));
                var keys = Twins.Random(4, dtype, Slots, shared, Capacity, size);
                var values = Twins.Random(5, dtype, Slots, shared, Capacity, size);
                var (plainKeys, plainValues) = (keys.Clone(), values.Clone());
                var slots = Tensor.From<long>([4, 0, 2]);
                var positions = Tensor.From<long>([0, 37, Capacity - 1]);

                var fused = CachedAttention.Apply(q, k, v, keys, values, slots, positions, scoring);
                var plain = CachedAttention.ApplyPlain(q, k, v, plainKeys, plainValues, slots, positions, scoring);

                Twins.AssertClose(plain, fused, tolerance, $"{heads} / {shared} heads of {size}, window {window}", smallest: 1);
                Assert.True(plainKeys.HasSameElements(keys));
                Assert.True(plainValues.HasSameElements(values));
            }
        }
    }

    [Theory]
    [InlineData(DType.Float32, 1e-5)]
    [InlineData(DType.BFloat16, 1e-2)]
    public void Apply_SoftCapSinksAndNarrowValues_MatchItsTwin(DType dtype, double tolerance)
    {
        foreach (var (heads, shared, size, valueSize, cap, sunk) in new (long, long, long, long, double?, bool)[]
            { (4, 2, 16, 16, 2.5, false), (8, 1, 64, 64, null, true), (6, 2, 20, 20, 0.5, true), (16, 1, 40, 24, null, false) })
        {
            using var scope = TensorScope.Enter();
            var scoring = new AttentionScoring(0.9) { SoftCap = cap, Sinks = sunk ? Twins.Random(6, dtype, heads) : null, Window = 30 };
            var (q, k, v) = (Twins.Random(1, dtype, 3, heads, size), Twins.Random(2, dtype, 3, shared, size), Twins.Random(3, dtype, 3, shared, valueSize));
            var (keys, values) = (Twins.Random(4, dtype, Slots, shared, Capacity, size), Twins.Random(5, dtype, Slots, shared, Capacity, valueSize));
            var slots = Tensor.From<long>([1, 0, 3]);
            var positions = Tensor.From<long>([0, 17, Capacity - 1]);

            var plain = CachedAttention.ApplyPlain(q, k, v, keys.Clone(), values.Clone(), slots, positions, scoring);
            var fused = CachedAttention.Apply(q, k, v, keys, values, slots, positions, scoring);

            Twins.AssertClose(plain, fused, tolerance, $"{heads} / {shared} heads of {size} and {valueSize}", smallest: 1);
        }
    }

    [Theory]
    [InlineData(DType.Float32, 1e-5)]
    [InlineData(DType.BFloat16, 1e-2)]
    public void Apply_NormAndTurnInTheSameGo_MatchTheTwinsSteps(DType dtype, double tolerance)
    {
        foreach (var (size, turned, norms, offset) in new (long, long, bool, bool)[] { (64, 32, true, false), (64, 24, true, true), (48, 24, false, false), (20, 0, true, false) })
        {
            using var scope = TensorScope.Enter();
            var angles = turned > 0 ? Twins.Random(7, DType.Float32, 3, turned) : null;
            var steps = new HeadSteps
            {
                QueryNorm = norms ? Twins.Random(8, dtype, size) : null,
                KeyNorm = norms ? Twins.Random(9, dtype, size) : null,
                Epsilon = 1e-5,
                UnitOffset = offset,
                Cos = angles?.Cos(),
                Sin = angles?.Sin(),
            };
            var (q, k, v) = (Twins.Random(1, dtype, 3, 6, size), Twins.Random(2, dtype, 3, 2, size), Twins.Random(3, dtype, 3, 2, size));
            var (keys, values) = (Twins.Random(4, dtype, Slots, 2, Capacity, size), Twins.Random(5, dtype, Slots, 2, Capacity, size));
            var (plainKeys, plainValues) = (keys.Clone(), values.Clone());
            var slots = Tensor.From<long>([4, 0, 2]);
            var positions = Tensor.From<long>([5, 37, Capacity - 1]);

            Tensor plain;
            using (KernelChoice.Plain())
            {
                plain = CachedAttention.Apply(q, k, v, plainKeys, plainValues, slots, positions, new(0.3), steps);
            }

            var fused = CachedAttention.Apply(q, k, v, keys, values, slots, positions, new(0.3), steps);

            Twins.AssertClose(plain, fused, tolerance, $"heads of {size}, {turned} pairs turned", smallest: 1);
            Twins.AssertClose(plainKeys, keys, tolerance, "kept keys", smallest: 1);
            Assert.True(plainValues.HasSameElements(values));
        }
    }

    [Theory]
    [InlineData(6, 20)]
    [InlineData(6, 9)]
    [InlineData(14, 9)]
    public void Apply_TokenByToken_IsAttentionOverTheWholeSequence(int prompt, int capacity)
    {
        CompareTokenByToken(prompt, capacity);
        using (KernelChoice.Plain())
        {
            CompareTokenByToken(prompt, capacity);
        }
    }

    [Theory]
    [InlineData(Slots, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, Capacity)]
    public void Apply_OutsideOfTheCache_IsRefused(long slot, long position)
    {
        using var scope = TensorScope.Enter();
        var q = Tensor.Zeros([1, 2, 8], DType.Float32);
        var cache = Tensor.Zeros([Slots, 2, Capacity, 8], DType.Float32);

        var exception = Assert.Throws<TensorException>(
            () => CachedAttention.Apply(q, q, q, cache, cache, Tensor.From<long>([slot]), Tensor.From<long>([position]), new(1)));

        Assert.Contains("outside the cache", exception.Message, StringComparison.Ordinal);
    }

    private static void CompareTokenByToken(int prompt, int capacity)
    {
        using var scope = TensorScope.Enter();
        const int length = 20;
        var scoring = new AttentionScoring(0.25) { Window = 9 };
        var (q, k, v) = (Twins.Random(1, DType.Float32, length, 4, 16), Twins.Random(2, DType.Float32, length, 2, 16), Twins.Random(3, DType.Float32, length, 2, 16));
        var keys = Tensor.Zeros([2, 2, capacity, 16], DType.Float32);
        var values = Tensor.ZerosLike(keys);
        var whole = PackedAttention.ApplyPlain(q, k, v, [0, length], scoring);

        CachedAttention.Write(
            k.Narrow(0, 0, prompt), v.Narrow(0, 0, prompt), keys, values, Tensor.Full([prompt], 1, DType.Int64), Tensor.Arange(0, prompt, 1, DType.Int64), scoring.Window);
        for (var position = prompt; position < length; position++)
        {
            var one = CachedAttention.Apply(
                q.Narrow(0, position, 1), k.Narrow(0, position, 1), v.Narrow(0, position, 1),
                keys, values, Tensor.From<long>([1]), Tensor.From<long>([position]), scoring);

            Twins.AssertClose(whole.Narrow(0, position, 1), one, 1e-5, $"position {position}", smallest: 1);
        }
    }
}
