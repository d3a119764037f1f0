using System.Diagnostics;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>How fast this machine multiplies matrices as wide as a model, measured within a tenth of a second.</summary>
internal static class ProductRate
{
    private const int Rows = 512;
    private const int WidestMeasured = 1024;
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(80);

    /// <summary>Operations (a product and a sum are two) in a second, on all processors.</summary>
    public static double Measure(int width, Precision precision)
    {
        TorchRuntime.Threads = Environment.ProcessorCount;
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var size = Math.Min(width, WidestMeasured);
        var type = precision == Precision.Fp32 ? DType.Float32 : DType.BFloat16;
        var left = Tensor.Full([Rows, size], 0.5, type);
        var right = Tensor.Full([size, size], 0.5, type);
        Multiply(left, right);
        var clock = Stopwatch.StartNew();
        var products = 0;
        while (clock.Elapsed < Duration)
        {
            Multiply(left, right);
            products++;
        }

        return 2.0 * Rows * size * size * products / clock.Elapsed.TotalSeconds;
    }

    private static void Multiply(Tensor left, Tensor right)
    {
        using var scope = TensorScope.Enter();
        _ = left.Linear(right);
    }
}
