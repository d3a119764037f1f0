using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

public sealed class PackedAttentionTests
{
    public static TheoryData<DType, int[], long, long, long, int?> Cases
    {
        get
        {
            var data = new TheoryData<DType, int[], long, long, long, int?>();
            foreach (var type in Twins.Types)
            {
                data.Add(type, [0, 1], 1, 1, 16, null);
                data.Add(type, [0, 1], 4, 2, 64, null);
                data.Add(type, [0, 5], 1, 1, 2, null);
                data.Add(type, [0, 17, 18, 19, 83, 340], 4, 2, 32, null);
                data.Add(type, [0, 129], 6, 2, 48, null);
                data.Add(type, [0, 64, 192, 321], 3, 3, 80, null);
                data.Add(type, [0, 300], 4, 1, 128, null);
                data.Add(type, [0, 2, 70], 2, 1, 256, null);
                data.Add(type, [0, 300, 310], 4, 2, 16, 1);
                data.Add(type, [0, 300, 310], 4, 2, 24, 37);
                data.Add(type, [0, 300], 4, 2, 32, 130);
                data.Add(type, [0, 100], 4, 2, 32, 1000);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_PackedSequences_MatchesItsTwin(DType type, int[] starts, long heads, long keyHeads, long size, int? window)
    {
        using var scope = TensorScope.Enter();

        Twins.AssertSame(
            inputs => [PackedAttention.Apply(inputs[0], inputs[1], inputs[2], starts, new(1 / Math.Sqrt(size)) { Window = window })],
            Inputs(type, starts[^1], heads, keyHeads, size),
            type == DType.Float32 ? 5e-6 : 2e-2);
    }

    public static TheoryData<DType, int[], int[], int?, bool> Prefixed
    {
        get
        {
            var data = new TheoryData<DType, int[], int[], int?, bool>();
            foreach (var type in Twins.Types)
            {
                data.Add(type, [0, 24, 55, 86, 110, 111], [-1, 0, 0, -1, 3], null, false);
                data.Add(type, [0, 7, 300, 431, 440], [2, 2, -1, -1], null, true);
                data.Add(type, [0, 150, 220, 290, 300], [-1, 0, 0, -1], 37, true);
                data.Add(type, [0, 150, 220, 290], [-1, 0, 0], 100, false);
                data.Add(type, [0, 40, 41], [-1, 0], 1, false);
                data.Add(type, [0, 17, 50], [-1, -1], null, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Prefixed))]
    public void Apply_SequencesThatFollowOthers_MatchWholeSequences(DType type, int[] starts, int[] prefixes, int? window, bool isBounded)
    {
        using var scope = TensorScope.Enter();
        using var sequences = new PrefixedSequences(starts, prefixes);
        var sinks = Twins.Learnt(Twins.Random(4, type, 4));

        Twins.AssertSame(
            inputs => [PackedAttention.Apply(inputs[0], inputs[1], inputs[2], sequences, new(0.2) { Window = window, SoftCap = isBounded ? 3 : null, Sinks = isBounded ? inputs[3] : null })],
            isBounded ? [.. Inputs(type, starts[^1], 4, 2, 32), sinks] : Inputs(type, starts[^1], 4, 2, 32),
            type == DType.Float32 ? 1e-5 : isBounded ? 5e-2 : 2e-2);
    }

    [Theory]
    [InlineData(new[] { 0, 3, 5 }, new[] { -1 })]
    [InlineData(new[] { 0, 3, 5 }, new[] { -1, 1 })]
    [InlineData(new[] { 0, 3, 5, 6 }, new[] { -1, 0, 1 })]
    public void PrefixedSequences_ThatCannotBe_AreRefused(int[] starts, int[] prefixes)
        => Assert.Throws<ArgumentException>(() => new PrefixedSequences(starts, prefixes));

    [Fact]
    public void Apply_SequencesThatFollowOthers_GivesTheSameBitsTwice()
    {
        using var scope = TensorScope.Enter();
        using var sequences = new PrefixedSequences([0, 24, 55, 86, 120], [-1, 0, 0, 0]);

        Twins.AssertSameBits(inputs => [PackedAttention.Apply(inputs[0], inputs[1], inputs[2], sequences, new(0.2))], Inputs(DType.BFloat16, 120, 4, 2, 32));
    }

    public static TheoryData<DType, double?, bool, int?, long, long> Scorings
    {
        get
        {
            var data = new TheoryData<DType, double?, bool, int?, long, long>();
            foreach (var type in Twins.Types)
            {
                data.Add(type, 2.5, false, null, 32, 32);
                data.Add(type, null, true, null, 64, 64);
                data.Add(type, 2.5, true, 37, 16, 16);
                data.Add(type, null, false, null, 48, 20);
                data.Add(type, 2.5, true, 130, 24, 80);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Scorings))]
    public void Apply_SoftCapSinksAndNarrowValues_MatchItsTwin(DType type, double? cap, bool sinks, int? window, long size, long valueSize)
    {
        using var scope = TensorScope.Enter();
        var scoring = new AttentionScoring(0.7) { SoftCap = cap, Window = window };
        Tensor[] inputs =
        [
            Twins.Learnt(Twins.Random(1, type, 310, 4, size)),
            Twins.Learnt(Twins.Random(2, type, 310, 2, size)),
            Twins.Learnt(Twins.Random(3, type, 310, 2, valueSize)),
            Twins.Learnt(Twins.Random(4, type, 4)),
        ];

        Twins.AssertSame(
            given => [PackedAttention.Apply(given[0], given[1], given[2], [0, 141, 142, 310], sinks ? scoring with { Sinks = given[3] } : scoring)],
            sinks ? inputs : inputs[..3],
            type == DType.Float32 ? 1e-5 : 3e-2);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    public void Apply_OneOrTwoThreads_TheSameBits(DType type)
    {
        using var scope = TensorScope.Enter();
        var inputs = Inputs(type, 333, 4, 2, 64);
        var before = TorchRuntime.Threads;

        var results = new[] { 1, 2, 2 }.Select(Run).ToArray();

        TorchRuntime.Threads = before;
        Assert.All(results, result => Assert.All(result.Zip(results[0]), pair => Assert.True(pair.First.HasSameElements(pair.Second))));

        Tensor[] Run(int threads)
        {
            TorchRuntime.Threads = threads;
            foreach (var input in inputs)
            {
                input.Grad = null;
            }

            var output = PackedAttention.Apply(inputs[0], inputs[1], inputs[2], [0, 200, 201, 333], new(0.125));
            output.Backward(Twins.Random(9, type, 333, 4, 64));
            return [output, .. inputs.Select(input => input.Grad!)];
        }
    }

    [Fact]
    public void Apply_OneSequenceChanged_LeavesTheOthers()
    {
        using var scope = TensorScope.Enter();
        var inputs = Inputs(DType.BFloat16, 150, 4, 2, 32);
        var values = inputs[2].Detach().Clone();
        values.Narrow(0, 100, 50).ZeroInPlace();

        var before = PackedAttention.Apply(inputs[0], inputs[1], inputs[2], [0, 100, 150], new(0.2));
        var after = PackedAttention.Apply(inputs[0], inputs[1], values, [0, 100, 150], new(0.2));

        Assert.True(before.Narrow(0, 0, 100).HasSameElements(after.Narrow(0, 0, 100)));
        Assert.Equal(0, after.Narrow(0, 100, 50).Abs().Max().Item());
    }

    [Fact]
    public void Apply_HugeScores_StaysFinite()
    {
        using var scope = TensorScope.Enter();
        var inputs = Inputs(DType.Float32, 200, 2, 1, 32);

        Twins.AssertSame(given => [PackedAttention.Apply(given[0], given[1], given[2], [0, 200], new(100))], inputs, 1e-3);
    }

    [Theory]
    [InlineData(new[] { 0, 5 })]
    [InlineData(new[] { 1, 10 })]
    [InlineData(new[] { 0, 6, 6, 10 })]
    [InlineData(new[] { 0, 7, 3, 10 })]
    [InlineData(new[] { 0 })]
    public void Apply_StartsDoNotCoverTheTokens_Throws(int[] starts)
    {
        using var scope = TensorScope.Enter();
        var inputs = Inputs(DType.Float32, 10, 2, 1, 16);

        Assert.Throws<ArgumentException>(() => PackedAttention.Apply(inputs[0], inputs[1], inputs[2], starts, new(1)));
    }

    private static Tensor[] Inputs(DType type, long tokens, long heads, long keyHeads, long size) =>
    [
        Twins.Learnt(Twins.Random(1, type, tokens, heads, size)),
        Twins.Learnt(Twins.Random(2, type, tokens, keyHeads, size)),
        Twins.Learnt(Twins.Random(3, type, tokens, keyHeads, size)),
    ];
}
