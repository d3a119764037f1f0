using System.Diagnostics;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>How fast this machine multiplies matrices as wide as a model, measured within a tenth of a second.</summary>
internal static class ProductRate
{
    private const int Rows = 512;
    private const int WidestMeasured = 1024;

    // A GPU is not filled by less.
    private const int RowsOnGpu = 4096;
    private const int WidestOnGpu = 4096;
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(80);

    /// <summary>Operations (a product and a sum are two) in a second, on all processors or one GPU.</summary>
    public static double Measure(int width, Precision precision, Device device)
    {
        TorchRuntime.Threads = Environment.ProcessorCount;
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var size = Math.Min(width, device.IsCpu ? WidestMeasured : WidestOnGpu);
        var rows = device.IsCpu ? Rows : RowsOnGpu;
        var type = precision == Precision.Fp32 ? DType.Float32 : DType.BFloat16;
        var left = Tensor.Full([rows, size], 0.5, type, device);
        var right = Tensor.Full([size, size], 0.5, type, device);
        Multiply(left, right);
        var clock = Stopwatch.StartNew();
        var products = 0;
        while (clock.Elapsed < Duration)
        {
            Multiply(left, right);
            products++;
        }

        return 2.0 * rows * size * size * products / clock.Elapsed.TotalSeconds;
    }

    private static void Multiply(Tensor left, Tensor right)
    {
        using var scope = TensorScope.Enter();
        var product = left.Linear(right);
        if (product.Device.IsCuda)
        {
            // Launches return at once; a number tells when the product is there.
            _ = product.Select(0, 0).Select(0, 0).Item();
        }
    }
}
