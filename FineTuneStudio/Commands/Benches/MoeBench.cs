using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Experts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench moe</c>: a layer of 32 experts of which each token takes 4, against the dense products it contains.</summary>
/// <remarks>
/// In training these are the products of one dense layer four experts wide, forward and by the input backward; in decoding the products of
/// each expert that has rows, one after another. Router, sorting, activation and summing are what the layer has beside them. Both are timed
/// in turns, and the best of each counts: the machine may have other work.
/// </remarks>
internal static class MoeBench
{
    private const int Width = 1024;
    private const int Inner = 512;
    private const int Experts = 32;
    private const int Choices = 4;
    private const int TrainingTokens = 1024;
    private const double Goal = 1.5;

    private static readonly MixtureDescription Mixture = new()
    {
        Experts = Experts, IntermediateSize = Inner, Router = new RouterDescription { Choices = Choices, Normalised = true },
    };

    public static BenchReport Run()
    {
        TorchRuntime.Threads = Environment.ProcessorCount;
        var figures = new List<BenchFigure>();
        foreach (var precision in (Precision[])[Precision.Bf16, Precision.Fp32])
        {
            using var layer = LoneMixture.Create(Mixture, Width, precision, seed: 1);
            figures.AddRange(Figures($"training, {TrainingTokens} tokens, {precision}", Training(layer, precision)));
            figures.AddRange(Figures($"decoding, 1 token, {precision}", Decoding(layer, precision, tokens: 1)));
            figures.AddRange(Figures($"decoding, 16 tokens, {precision}", Decoding(layer, precision, tokens: 16)));
        }

        return new BenchReport("moe", figures);
    }

    private static IEnumerable<BenchFigure> Figures(string name, (double Layer, double Dense) seconds)
    {
        var ratio = seconds.Layer / seconds.Dense;
        yield return new(name, Math.Round(seconds.Layer * 1e3, 3), "ms", null, null);
        yield return new("  its dense products", Math.Round(seconds.Dense * 1e3, 3), "ms", null, null);
        yield return new("  layer over products", Math.Round(ratio, 3), "times", Goal, ratio <= Goal);
    }

    private static (double Layer, double Dense) Training(LoneMixture layer, Precision precision)
    {
        using var scope = TensorScope.Enter();
        var (x, dy) = (Random(1, precision, TrainingTokens, Width), Random(2, precision, TrainingTokens, Width));
        var (wide, narrow) = (Random(3, precision, Choices * Inner, Width), Random(4, precision, Width, Choices * Inner));
        var inner = Random(5, precision, TrainingTokens, Choices * Inner);
        x.RequiresGrad = true;

        void Layer()
        {
            using var step = TensorScope.Enter();
            layer.Apply(x).Backward(dy);
            x.Grad = null;
        }

        // Gate, up and down; then each by its input.
        void Dense()
        {
            using var off = GradMode.Off();
            using var step = TensorScope.Enter();
            x.Linear(wide);
            x.Linear(wide);
            inner.Linear(narrow);
            inner.MatMul(wide);
            inner.MatMul(wide);
            dy.MatMul(narrow);
        }

        return InTurns.Best(Layer, Dense, repeats: 12);
    }

    private static (double Layer, double Dense) Decoding(LoneMixture layer, Precision precision, int tokens)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var x = Random(1, precision, tokens, Width);
        var products = new List<(Tensor[] Matrices, Tensor Rows, Tensor Inner)>();
        layer.Apply(x, choice =>
        {
            foreach (var expert in choice.Ids.ToArray<long>().GroupBy(id => id))
            {
                products.Add((layer.MatricesOf((int)expert.Key), Random(2, precision, expert.Count(), Width).Own(), Random(3, precision, expert.Count(), Inner).Own()));
            }
        });

        void Layer()
        {
            using var step = TensorScope.Enter();
            layer.Apply(x);
        }

        void Dense()
        {
            using var step = TensorScope.Enter();
            foreach (var (matrices, rows, inner) in products)
            {
                SmallBatchLinear.ApplyMany(rows, matrices[..2], [null, null]);
                SmallBatchLinear.Apply(inner, matrices[2]);
            }
        }

        return InTurns.Best(Layer, Dense, repeats: 60);
    }

    private static Tensor Random(int seed, Precision precision, params long[] shape)
    {
        using var generator = new RandomGenerator(seed);
        return Tensor.Empty(shape, DType.Float32).FillNormal(0, 1, generator).To(precision == Precision.Bf16 ? DType.BFloat16 : DType.Float32);
    }
}
