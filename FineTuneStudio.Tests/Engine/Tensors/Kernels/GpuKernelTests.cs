using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>Kernels on a GPU, held to their plain twins in main memory.</summary>
[Trait("Category", Gpu.Category)]
[Collection(Gpu.Category)]
public sealed class GpuKernelTests
{
    public static TheoryData<string, DType> Kernels => ElsewhereCases.All;

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Kernel_OnGpu_MatchesItsTwinInMainMemory(string name, DType type) => ElsewhereCases.AssertSame(name, type, Gpu.First());

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Kernel_OnGpuTwice_GivesTheSameBits(string name, DType type)
    {
        using var scope = TensorScope.Enter();
        ElsewhereCases.AssertSameBits(name, type, Gpu.First());
    }

    [Fact]
    public void TokenChoice_OnGpu_ChoosesAsInMainMemory()
    {
        var device = Gpu.First();
        using var scope = TensorScope.Enter();
        const int rows = 40;
        var logits = Twins.Random(1, DType.Float32, rows, 5003) * 3;
        double[] temperatures = [.. Enumerable.Range(0, rows).Select(row => (row % 4) switch { 0 => 0, 1 => 1, 2 => 0.3, _ => 2.5 })];
        double[] topP = [.. Enumerable.Range(0, rows).Select(row => (row / 4 % 3) switch { 0 => 1, 1 => 0.9, _ => 1e-6 })];
        long[] topK = [.. Enumerable.Range(0, rows).Select(row => (row / 12 % 3) switch { 0 => 0, 1 => 7L, _ => 1000 })];
        long[] keys = [.. Enumerable.Range(0, rows).Select(row => (row * 7919L) - 90_000)];

        var there = TokenChoice.Apply(logits.To(device), temperatures, topP, topK, keys, new long[rows]);
        var here = TokenChoice.ApplyPlain(logits, temperatures, topP, topK, keys, new long[rows]);

        Assert.Equal(here.Tokens.ToArray<long>(), there.Tokens.ToArray<long>());
        Twins.AssertClose(here.LogProbabilities, there.LogProbabilities, 1e-5, "log-probabilities", smallest: 1);
    }

    [Fact]
    public void AdamW_OnGpu_MatchesItsTwinInMainMemory()
    {
        var device = Gpu.First();
        using var scope = TensorScope.Enter();
        Tensor[] Make() => [Twins.Random(1, DType.Float32, 3, 50), Tensor.Zeros([3, 50], DType.Float32), Tensor.Zeros([3, 50], DType.Float32)];
        Tensor[] there = [.. Make().Select(tensor => tensor.To(device))];
        var here = Make();

        for (var step = 1; step <= 3; step++)
        {
            var gradient = Twins.Random(10 + step, DType.Float32, 3, 50);
            Assert.Equal(GradientNorm.OfPlain([gradient]), GradientNorm.Of([gradient.To(device)]), 1e-4);
            AdamWStep.Apply([there[0]], [gradient.To(device)], [there[1]], [there[2]], step, 1e-2, 0.9, 0.999, 1e-8, 0.1, 0.7);
            AdamWStep.ApplyPlain([here[0]], [gradient], [here[1]], [here[2]], step, 1e-2, 0.9, 0.999, 1e-8, 0.1, 0.7);
        }

        Assert.All(here.Zip(there), pair => Twins.AssertClose(pair.First, pair.Second.To(Device.Cpu), 1e-6, "parameter or moment"));
    }

    [Fact]
    public void Empty_MoreThanTheCardHas_IsAnErrorOfMemory()
    {
        var device = Gpu.First();

        var exception = Assert.Throws<TensorMemoryException>(() => Tensor.Empty([1L << 42], DType.UInt8, device));

        Assert.Contains("out of memory", exception.Message, StringComparison.Ordinal);
    }
}
