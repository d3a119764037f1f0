using System.Diagnostics;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Commands.Benches;

/// <summary>How fast libtorch itself multiplies bfloat16 matrices of a model's shapes: <c>x W^T</c> and <c>dy W</c>, as training needs them.</summary>
internal sealed class LibraryRate : IDisposable
{
    // Rows of the head's product: its logits for a whole step would not fit in the bench's memory.
    private const long HeadRows = 128;

    private readonly List<(Tensor X, Tensor Weight, Tensor Dy, int Count, double Scale)> _products = [];

    public LibraryRate(IReadOnlyList<(long Outputs, long Inputs, int Count)> shapes, long tokens, Device device)
    {
        using var generator = new RandomGenerator(7);
        foreach (var (outputs, inputs, count) in shapes)
        {
            var rows = outputs > 20_000 ? Math.Min(HeadRows, tokens) : tokens;
            Tensor Random(long first, long second) => Tensor.Empty([first, second], DType.BFloat16).FillNormal(0, 1, generator).To(device).Own();

            _products.Add((Random(rows, inputs), Random(outputs, inputs), Random(rows, outputs), count, tokens / (double)rows));
        }
    }

    /// <summary>Measures once: a few products of each shape, weighted by how many of them a step has. FLOP/s</summary>
    public double Measure()
    {
        using var off = GradMode.Off();
        double operations = 0, seconds = 0;
        foreach (var (x, weight, dy, count, scale) in _products)
        {
            const int Repeats = 3;
            var watch = Stopwatch.StartNew();
            for (var repeat = 0; repeat < Repeats; repeat++)
            {
                using var scope = TensorScope.Enter();
                x.Linear(weight);
                Wait(dy.MatMul(weight), isLast: repeat == Repeats - 1);
            }

            seconds += watch.Elapsed.TotalSeconds / Repeats * count * scale;
            operations += 4.0 * x.Size(0) * weight.ElementCount * count * scale;
        }

        return operations / seconds;
    }

    // A GPU's launches return at once; a number tells when the product is there.
    private static void Wait(Tensor product, bool isLast)
    {
        if (isLast && product.Device.IsCuda)
        {
            _ = product.Select(0, 0).Select(0, 0).Item();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (x, weight, dy, _, _) in _products)
        {
            x.Dispose();
            weight.Dispose();
            dy.Dispose();
        }
    }
}
