using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using FineTuneStudio.Engine.Verification;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>What kernels are on devices other than main memory, held to the twins in main memory.</summary>
public sealed class ComposedKernelTests
{
    public static TheoryData<string, DType> Kernels => ElsewhereCases.All;

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Kernel_ComposedOfOperators_MatchesItsTwin(string name, DType type)
    {
        using var composed = KernelChoice.Composed();

        ElsewhereCases.AssertSame(name, type);
    }

    [Theory]
    [InlineData(DType.Float32, 1e-5, false)]
    [InlineData(DType.Float32, 1e-5, true)]
    [InlineData(DType.BFloat16, 1e-2, true)]
    public void CachedAttention_AllRowsAtOnce_MatchesItsTwin(DType type, double tolerance, bool firstSlots)
    {
        foreach (var scoring in (AttentionScoring[])[new(0.3), new(0.3) { Window = 1 }, new(0.3) { Window = 12, SoftCap = 2 }, new(0.3) { Sinks = Tensor.From([0.5f, -1, 2, 0, 1, 3]) }])
        {
            using var scope = TensorScope.Enter();
            const int capacity = 80;
            var (q, k, v) = (Twins.Random(1, type, 3, 6, 16), Twins.Random(2, type, 3, 2, 16), Twins.Random(3, type, 3, 2, 16));
            var (keys, values) = (Twins.Random(4, type, 5, 2, capacity, 16), Twins.Random(5, type, 5, 2, capacity, 16));
            var (plainKeys, plainValues) = (keys.Clone(), values.Clone());
            long[] slots = firstSlots ? [0, 1, 2] : [4, 0, 2];
            long[] positions = [0, 37, capacity - 1];
            using var places = new CachePlaces(slots, positions, Device.Cpu);

            using var composed = KernelChoice.Composed();
            var together = CachedAttention.Apply(q, k, v, keys, values, Tensor.From<long>(slots), Tensor.From<long>(positions), scoring, places: places);
            var plain = CachedAttention.ApplyPlain(q, k, v, plainKeys, plainValues, Tensor.From<long>(slots), Tensor.From<long>(positions), scoring);

            Twins.AssertClose(plain, together, tolerance, $"{scoring}", smallest: 1);
            Assert.True(plainKeys.HasSameElements(keys));
            Assert.True(plainValues.HasSameElements(values));
        }
    }

    [Fact]
    public void CachedAttention_CacheAsShortAsTheWindow_IsAttentionOverTheWholeSequence()
    {
        using var scope = TensorScope.Enter();
        const int length = 40, prompt = 21, capacity = 9;
        var scoring = new AttentionScoring(0.25) { Window = capacity };
        var (q, k, v) = (Twins.Random(1, DType.Float32, length, 4, 16), Twins.Random(2, DType.Float32, length, 2, 16), Twins.Random(3, DType.Float32, length, 2, 16));
        var whole = PackedAttention.ApplyPlain(q, k, v, [0, length], scoring);
        var (keys, values) = (Tensor.Zeros([2, 2, capacity, 16], DType.Float32), Tensor.Zeros([2, 2, capacity, 16], DType.Float32));
        using var composed = KernelChoice.Composed();

        long[] ones = [.. Enumerable.Repeat(1L, prompt)], first = [.. Enumerable.Range(0, prompt).Select(position => (long)position)];
        using (var places = new CachePlaces(ones, first, Device.Cpu))
        {
            CachedAttention.Write(
                k.Narrow(0, 0, prompt), v.Narrow(0, 0, prompt), keys, values, Tensor.From<long>(ones), Tensor.From<long>(first), scoring.Window, places);
        }

        for (var position = prompt; position < length; position++)
        {
            using var places = new CachePlaces([1], [position], Device.Cpu);
            var one = CachedAttention.Apply(
                q.Narrow(0, position, 1), k.Narrow(0, position, 1), v.Narrow(0, position, 1), keys, values,
                Tensor.From<long>([1]), Tensor.From<long>([position]), scoring, places: places);

            Twins.AssertClose(whole.Narrow(0, position, 1), one, 1e-5, $"position {position}", smallest: 1);
        }
    }

    [Theory]
    [InlineData("llama", "trace_full")]
    [InlineData("qwen3", "trace")]
    public void Training_Composed_RepeatsTheRecordedSteps(string name, string trace)
    {
        using var composed = KernelChoice.Composed();

        var report = TraceReplay.Run(SharedData.Golden("models", name), SharedData.Golden("models", name, trace), _ => { });

        Assert.True(report.Passed, $"final {report.FinalDifference:E2}");
    }

    [Fact]
    public void Model_Composed_IsWithinRoundingOfTheReference()
    {
        using var composed = KernelChoice.Composed();
        using var model = CausalModel.Load(SharedData.Golden("models", "mistral"), Precision.Fp32);
        using var adapter = AdapterSet.Load(SharedData.Golden("models", "mistral", "lora"), model.Linears);
        using var view = model.WithAdapter(adapter);

        Assert.True(ReferenceVerifier.Verify(model, SharedData.Golden("models", "mistral", "reference.safetensors"), 6e-5).Passed);
        Assert.True(ReferenceVerifier.Verify(view, SharedData.Golden("models", "mistral", "lora", "reference.safetensors"), 6e-5).Passed);
    }

    [Fact]
    public void AdamW_ByTheLibrary_MatchesItsTwin()
    {
        using var scope = TensorScope.Enter();
        Assert.SkipUnless(AdamWStep.HasLibrary, $"libtorch {TorchRuntime.Version} has no fused AdamW for main memory.");
        Tensor[] Make() => [Twins.Random(1, DType.Float32, 3, 50), Tensor.Zeros([3, 50], DType.Float32), Tensor.Zeros([3, 50], DType.Float32)];
        var (library, plain) = (Make(), Make());

        for (var step = 1; step <= 3; step++)
        {
            Tensor[] gradients = [Twins.Random(10 + step, DType.Float32, 3, 50)];
            AdamWStep.ApplyLibrary([library[0]], [gradients[0].Clone()], [library[1]], [library[2]], step, 1e-2, 0.9, 0.999, 1e-8, 0.1, 0.7);
            AdamWStep.ApplyPlain([plain[0]], gradients, [plain[1]], [plain[2]], step, 1e-2, 0.9, 0.999, 1e-8, 0.1, 0.7);
        }

        Assert.All(plain.Zip(library), pair => Twins.AssertClose(pair.First, pair.Second, 1e-6, "parameter or moment"));
    }

    [Fact]
    public void GradientNorm_ManyAtATime_MatchesItsTwin()
    {
        using var scope = TensorScope.Enter();
        var gradients = Enumerable.Range(0, 150).Select(number => Twins.Random(number, DType.Float32, 1 + number, 3)).ToArray();

        Assert.Equal(GradientNorm.OfPlain(gradients), GradientNorm.OfMany(gradients), 1e-4);
    }
}
