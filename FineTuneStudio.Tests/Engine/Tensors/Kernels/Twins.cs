using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>Holds a fused kernel to its plain twin: the same inputs, the values and every gradient compared.</summary>
internal static class Twins
{
    /// <summary>Both element types: all kernels come in both.</summary>
    public static DType[] Types { get; } = [DType.Float32, DType.BFloat16];

    /// <summary>Normal numbers from a seed.</summary>
    public static Tensor Random(int seed, DType dtype, params long[] shape)
    {
        using var generator = new RandomGenerator(seed);
        return Tensor.Empty(shape, DType.Float32).FillNormal(0, 1, generator).To(dtype);
    }

    /// <summary>The same tensor, differentiated.</summary>
    public static Tensor Learnt(Tensor tensor)
    {
        tensor.RequiresGrad = true;
        return tensor;
    }

    /// <summary>Compares outputs and gradients of the function as it is and under <see cref="KernelChoice.Plain"/>.</summary>
    /// <param name="function">The kernel's facade over the inputs.</param>
    /// <param name="inputs">Those that require a gradient are differentiated.</param>
    /// <param name="tolerance">Largest difference, relative to the largest element of the expected tensor; by default what the type's rounding allows.</param>
    /// <param name="device">Where the function computes; the oracle is in main memory.</param>
    public static void AssertSame(Func<Tensor[], Tensor[]> function, Tensor[] inputs, double? tolerance = null, Device device = default)
    {
        var fused = Run(function, Array.ConvertAll(inputs, input => Moved(input, device)));

        // The oracle computes in fp32 on the same numbers: its own rounding must not count.
        Tensor[] expected;
        using (KernelChoice.Plain())
        {
            expected = Run(function, [.. inputs.Select(Wide)]);
        }

        var bound = tolerance ?? (inputs[0].DType == DType.Float32 ? 2e-6 : 1e-2);
        Assert.Equal(expected.Length, fused.Length);
        for (var index = 0; index < expected.Length; index++)
        {
            Assert.Equal(expected[index].Shape, fused[index].Shape);
            AssertClose(expected[index], fused[index], bound, $"tensor {index} of {expected.Length}");
        }
    }

    /// <summary>Asserts that no element differs by more than the bound times the largest expected element.</summary>
    /// <remarks>Inputs are about 1, so a tensor of much smaller elements is what cancellation left, to the rounding of its terms.</remarks>
    public static void AssertClose(Tensor expected, Tensor actual, double bound, string what, double smallest = 0.5)
    {
        if (expected.ElementCount == 0)
        {
            return;
        }

        var difference = (expected.To(DType.Float32) - actual.To(DType.Float32)).Abs().Max().Item();
        var largest = expected.To(DType.Float32).Abs().Max().Item();
        Assert.True(difference <= bound * Math.Max(largest, smallest), $"{what}: differs by {difference:g3}, largest {largest:g3}, bound {bound:g3}");
    }

    /// <summary>Runs twice and asserts the same bits in values and gradients.</summary>
    public static void AssertSameBits(Func<Tensor[], Tensor[]> function, Tensor[] inputs)
    {
        var first = Run(function, inputs);
        var second = Run(function, inputs);

        Assert.All(first.Zip(second), pair => Assert.True(pair.First.HasSameElements(pair.Second)));
    }

    /// <summary>The same numbers on a device, a leaf that learns where the tensor does.</summary>
    public static Tensor Moved(Tensor tensor, Device device)
    {
        if (tensor.Device == device)
        {
            return tensor;
        }

        var moved = tensor.Detach().To(device);
        moved.RequiresGrad = tensor.RequiresGrad;
        return moved;
    }

    private static Tensor Wide(Tensor tensor)
    {
        if (tensor.DType != DType.BFloat16)
        {
            return tensor;
        }

        var wide = tensor.Detach().To(DType.Float32);
        wide.RequiresGrad = tensor.RequiresGrad;
        return wide;
    }

    // Outputs, then the gradients of a sum with fixed random weights, which tells every element apart.
    private static Tensor[] Run(Func<Tensor[], Tensor[]> function, Tensor[] inputs)
    {
        // Two threads, so that work is split even where the machine's default is one.
        TorchRuntime.Threads = 2;
        foreach (var input in inputs)
        {
            input.Grad = null;
        }

        var outputs = function(inputs);
        Tensor? total = null;
        foreach (var (output, index) in outputs.Select((output, index) => (output, index)))
        {
            if (output.RequiresGrad)
            {
                var weights = Random(100 + index, DType.BFloat16, [.. output.Shape]).To(output.DType).To(output.Device);
                var part = (output * weights).To(DType.Float32).Sum();
                total = total is null ? part : total + part;
            }
        }

        total?.Backward();
        return [.. outputs.Select(output => output.Detach().To(Device.Cpu)), .. inputs.Where(input => input.RequiresGrad).Select(input => input.Grad!.To(Device.Cpu))];
    }
}
