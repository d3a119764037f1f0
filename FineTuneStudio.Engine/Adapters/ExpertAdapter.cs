using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>A low-rank pair for each expert of a layer, beside one of their products, in PEFT's layout of target parameters.</summary>
/// <remarks>
/// <c>dW_e[o, i] = s sum_p B[o, p E + e] A[e R + p, i]</c>: A lies expert by expert, B rank by rank. Masters are fp32. There is no dropout:
/// PEFT, which adds the product to the weights, has none either.
/// </remarks>
public sealed class ExpertAdapter : IDisposable
{
    /// <summary>Takes over the tensors.</summary>
    /// <param name="shape">The product it stands beside.</param>
    /// <param name="module">PEFT's name of the module that holds it.</param>
    /// <param name="a"><c>[E R, in]</c>, fp32</param>
    /// <param name="b"><c>[out, R E]</c>, fp32</param>
    /// <param name="alpha">Numerator of the scale.</param>
    /// <param name="rankStabilised">Divides by the root of the rank.</param>
    public ExpertAdapter(ExpertShape shape, string module, Tensor a, Tensor b, double alpha, bool rankStabilised)
    {
        if (a.Size(0) % shape.Experts != 0 || a.Size(0) != b.Size(1))
        {
            throw new ArgumentException($"A is {a} and B is {b}; {shape.Experts} experts need as many rows as columns, and a multiple of their number.");
        }

        Shape = shape;
        Module = module;
        A = a.Own();
        B = b.Own();
        Alpha = alpha;
        Scale = alpha / (rankStabilised ? Math.Sqrt(Rank) : Rank);
    }

    /// <summary>The product it stands beside.</summary>
    public ExpertShape Shape { get; }

    /// <summary>PEFT's name of the module; of two parameters of one module, the first is wrapped once more.</summary>
    public string Module { get; }

    /// <summary>First factors, expert by expert. <c>[E R, in]</c></summary>
    public Tensor A { get; }

    /// <summary>Second factors, rank by rank. <c>[out, R E]</c></summary>
    public Tensor B { get; }

    /// <summary>Width R of each pair.</summary>
    public long Rank => A.Size(0) / Shape.Experts;

    /// <summary>Numerator of the scale.</summary>
    public double Alpha { get; }

    /// <summary>The factor s.</summary>
    public double Scale { get; }

    /// <summary>First factors. <c>[E, R, in]</c></summary>
    internal Tensor StackedA => A.View(Shape.Experts, Rank, Shape.Inputs);

    /// <summary>Second factors. <c>[E, out, R]</c></summary>
    internal Tensor StackedB => B.View(Shape.Outputs, Rank, Shape.Experts).Permute(2, 0, 1);

    /// <summary>Rows of a tensor of the model's files with what is learnt added.</summary>
    /// <param name="tensor">What it holds.</param>
    /// <param name="weight">The rows.</param>
    /// <param name="rows">Takes the same of a tensor whose first dimension is the weight's: outputs, or experts where they are stacked.</param>
    /// <returns>fp32</returns>
    internal Tensor MergeRows(ExpertTensor tensor, Tensor weight, Func<Tensor, Tensor> rows)
    {
        using var scope = TensorScope.Enter();
        var (a, b) = (StackedA, StackedB.Narrow(1, tensor.FirstOutput, tensor.Outputs));
        var product = tensor.Expert is { } expert ? rows(b.Select(0, expert)).MatMul(a.Select(0, expert)) : rows(b).MatMul(rows(a));
        return scope.Keep(weight.To(DType.Float32) + ((tensor.InputsFirst ? product.Transpose(-2, -1) : product) * Scale));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }
}
