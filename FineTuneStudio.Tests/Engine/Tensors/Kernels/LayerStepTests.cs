using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>A layer's halves in one go, against the operators that they stand for, one after another: the same bits.</summary>
public sealed class LayerStepTests
{
    private const int Slots = 40;
    private const int Capacity = 50;

    private const string NoKernels = "This processor has no kernels for steps; layers take their operators one after another.";

    public static TheoryData<DType, int> TypesAndRows => new MatrixTheoryData<DType, int>([DType.Float32, DType.BFloat16], [1, 3, 8, 17, 32]);

    [Theory]
    [MemberData(nameof(TypesAndRows))]
    public void Attend_AnyShape_HasTheBitsOfItsOperators(DType type, int rows)
    {
        foreach (var layer in new AttentionCase[]
        {
            new(64, 4, 2, 16, 16),
            new(72, 3, 1, 20, 12) { Biases = true, After = true, Sinks = true, Window = 9, SoftCap = 2.5, UnitOffset = true },
            new(40, 6, 6, 8, 8) { Shared = true, HeadNorms = true },
            new(96, 4, 2, 24, 24) { Adapted = [0, 2, 3], HeadNorms = true, Biases = true },
            new(64, 2, 1, 32, 32) { Shared = true, Adapted = [0], NoNormBefore = true, After = true },
            new(515, 5, 1, 64, 64) { Adapted = [3], Window = Capacity },
        })
        {
            using var off = GradMode.Off();
            using var scope = TensorScope.Enter();
            var x = Twins.Random(1, type, rows, layer.Width);
            Assert.SkipUnless(LayerStep.Takes(x), NoKernels);
            var (weights, norms) = (layer.Weights(type), layer.Norms(type));
            var cache = Cache(layer, type, rows);
            var (scoring, steps) = (layer.Scoring(type), layer.Steps(type, rows));

            var expectedCache = cache with { Keys = cache.Keys.Clone(), Values = cache.Values.Clone() };
            var expected = OneAfterAnother(layer, x, weights, norms, expectedCache, scoring, steps);
            var stepped = LayerStep.Attend(x, weights, norms, cache, scoring, steps);

            Assert.True(expected.HasSameElements(stepped), $"{layer}");
            Assert.True(expectedCache.Keys.HasSameElements(cache.Keys), $"keys, {layer}");
            Assert.True(expectedCache.Values.HasSameElements(cache.Values), $"values, {layer}");
        }
    }

    [Theory]
    [MemberData(nameof(TypesAndRows))]
    public void FeedForward_AnyShape_HasTheBitsOfItsOperators(DType type, int rows)
    {
        foreach (var (width, inner, shared, activation, adapted, after, biases) in new (int, int, bool, Activation, int[], bool, bool)[]
        {
            (64, 96, false, Activation.Silu, [], false, false),
            (72, 50, false, Activation.GeluTanh, [], true, true),
            (40, 33, true, Activation.Silu, [], false, false),
            (96, 128, false, Activation.Silu, [0, 1, 2], false, false),
            (96, 128, true, Activation.GeluTanh, [0, 1], true, false),
            (515, 300, false, Activation.Silu, [2], false, true),
        })
        {
            using var off = GradMode.Off();
            using var scope = TensorScope.Enter();
            var x = Twins.Random(1, type, rows, width);
            Assert.SkipUnless(LayerStep.Takes(x), NoKernels);
            long[][] shapes = shared ? [[2 * inner, width], [width, inner]] : [[inner, width], [inner, width], [width, inner]];
            var weights = Products(type, shapes, biases, adapted);
            var norms = new ResidualNorms(Twins.Random(30, type, width), after ? Twins.Random(31, type, width) : null, 1e-5, UnitOffset: after);

            var products = Multiply(Normed(x, norms.Before, norms), weights, ..^1);
            var gated = shared ? GatedActivation.ApplyHalves(products[0], activation) : GatedActivation.Apply(products[0], products[1], activation);
            var expected = x + Normed(Multiply(gated, weights, ^1..)[0], norms.After, norms);
            var stepped = LayerStep.FeedForward(x, weights, norms, GatedActivation.NameOf(activation)!);

            Assert.True(expected.HasSameElements(stepped), $"{width} x {inner}, shared: {shared}, {activation}, adapters on [{string.Join(", ", adapted)}]");
        }
    }

    [Fact]
    public void Attend_PlaceOutsideOfTheCache_IsRefused()
    {
        using var scope = TensorScope.Enter();
        var layer = new AttentionCase(64, 4, 2, 16, 16);
        var x = Twins.Random(1, DType.Float32, 2, layer.Width);
        Assert.SkipUnless(LayerStep.Takes(x), NoKernels);
        var cache = Cache(layer, DType.Float32, 2) with { Positions = Tensor.From<long>([0, Capacity]) };

        var fault = Assert.Throws<TensorException>(() => LayerStep.Attend(
            x, layer.Weights(DType.Float32), layer.Norms(DType.Float32), cache, layer.Scoring(DType.Float32), layer.Steps(DType.Float32, 2)));

        Assert.Contains($"position {Capacity}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_MoreRowsThanTheKernelsRead_No()
    {
        using var scope = TensorScope.Enter();

        Assert.False(LayerStep.Takes(Twins.Random(1, DType.Float32, 33, 8)));
    }

    private static Tensor OneAfterAnother(AttentionCase layer, Tensor x, StepWeights weights, ResidualNorms norms, CachedRows cache, AttentionScoring scoring, HeadSteps steps)
    {
        var products = Multiply(Normed(x, norms.Before, norms), weights, ..^1);
        if (layer.Shared)
        {
            var (all, queries, keys, values) = (products[0], layer.Heads * layer.Size, layer.Kept * layer.Size, layer.Kept * layer.ValueSize);
            products = [all.Narrow(1, 0, queries), all.Narrow(1, queries, keys), all.Narrow(1, queries + keys, values)];
        }

        var rows = x.Size(0);
        var attended = CachedAttention.Apply(
            products[0].Reshape(rows, layer.Heads, layer.Size), products[1].Reshape(rows, layer.Kept, layer.Size), products[2].Reshape(rows, layer.Kept, layer.ValueSize),
            cache.Keys, cache.Values, cache.Slots, cache.Positions, scoring, steps);
        return x + Normed(Multiply(attended.Reshape(rows, layer.Heads * layer.ValueSize), weights, ^1..)[0], norms.After, norms);
    }

    private static Tensor Normed(Tensor x, Tensor? weight, ResidualNorms norms) => weight is null ? x : RmsNorm.Apply(x, weight, norms.Epsilon, norms.UnitOffset);

    private static Tensor[] Multiply(Tensor x, StepWeights weights, Range which) => weights.A.Length == 0
        ? SmallBatchLinear.ApplyMany(x, weights.Weights[which], weights.Biases[which])
        : LoraLinear.ApplyMany(x, weights.Weights[which], weights.Biases[which], weights.A[which], weights.B[which], weights.Scales[which]);

    private static StepWeights Products(DType type, long[][] shapes, bool biases, int[] adapted)
    {
        var all = Enumerable.Range(0, shapes.Length).ToArray();
        var with = adapted.Length > 0 ? all : [];
        const int rank = 5;
        return new StepWeights(
            Array.ConvertAll(all, index => Twins.Random(10 + index, type, shapes[index])),
            Array.ConvertAll(all, index => biases ? Twins.Random(14 + index, type, shapes[index][0]) : null),
            Array.ConvertAll(with, index => adapted.Contains(index) ? Twins.Random(18 + index, DType.Float32, rank, shapes[index][1]) : null),
            Array.ConvertAll(with, index => adapted.Contains(index) ? Twins.Random(22 + index, DType.Float32, shapes[index][0], rank) : null),
            Array.ConvertAll(with, index => adapted.Contains(index) ? 0.5 + index : 0));
    }

    private static CachedRows Cache(AttentionCase layer, DType type, int rows) => new(
        Twins.Random(4, type, Slots, layer.Kept, Capacity, layer.Size),
        Twins.Random(5, type, Slots, layer.Kept, Capacity, layer.ValueSize),
        Tensor.From<long>([.. Enumerable.Range(0, rows).Select(row => (long)(Slots - 1 - row))]),
        Tensor.From<long>([.. Enumerable.Range(0, rows).Select(row => row * 7L % Capacity)]));

    private sealed record AttentionCase(int Width, int Heads, int Kept, int Size, int ValueSize)
    {
        /// <summary>Queries, keys and values are one product.</summary>
        public bool Shared { get; init; }

        public bool Biases { get; init; }

        public bool HeadNorms { get; init; }

        public bool NoNormBefore { get; init; }

        public bool After { get; init; }

        public bool UnitOffset { get; init; }

        public bool Sinks { get; init; }

        public int? Window { get; init; }

        public double? SoftCap { get; init; }

        public int[] Adapted { get; init; } = [];

        public StepWeights Weights(DType type)
        {
            long[] queries = [Heads * Size, Width], keys = [Kept * Size, Width], values = [Kept * ValueSize, Width], output = [Width, Heads * ValueSize];
            return Products(type, Shared ? [[queries[0] + keys[0] + values[0], Width], output] : [queries, keys, values, output], Biases, Adapted);
        }

        public ResidualNorms Norms(DType type)
            => new(NoNormBefore ? null : Twins.Random(30, type, Width), After ? Twins.Random(31, type, Width) : null, 1e-5, UnitOffset);

        public AttentionScoring Scoring(DType type) => new(0.3) { Window = Window, SoftCap = SoftCap, Sinks = Sinks ? Twins.Random(6, type, Heads) : null };

        public HeadSteps Steps(DType type, int rows)
        {
            var angles = Twins.Random(7, DType.Float32, rows, Size / 4);
            return new HeadSteps
            {
                QueryNorm = HeadNorms ? Twins.Random(8, type, Size) : null,
                KeyNorm = HeadNorms ? Twins.Random(9, type, Size) : null,
                Epsilon = 1e-6,
                UnitOffset = UnitOffset,
                Cos = angles.Cos(),
                Sin = angles.Sin(),
            };
        }
    }
}
