using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>The low-rank pair beside one frozen linear: <c>y = Wx + s B A x</c>; with a magnitude, DoRA's <c>y = (m/n)(Wx + s BAx)</c>.</summary>
/// <remarks>
/// Hu et al. 2021, arXiv 2106.09685; Liu et al. 2024, arXiv 2402.09353. Masters are fp32. n, the row norms of W + s BA, counts as a constant
/// in the backward pass, as in the paper's section 4.3 and in PEFT.
/// </remarks>
public sealed class LoraAdapter : IDisposable
{
    // Rows whose norms are taken at once: a whole weight in fp32 would be the largest thing in memory.
    private const long NormRows = 1024;

    private Tensor? _norms;
    private (long A, long B) _normsAreOf;

    /// <summary>Takes over the tensors.</summary>
    /// <param name="module">The linear's full name.</param>
    /// <param name="a"><c>[R, in]</c>, fp32</param>
    /// <param name="b"><c>[out, R]</c>, fp32</param>
    /// <param name="alpha">Numerator of the scale.</param>
    /// <param name="rankStabilised">Divides by the root of the rank.</param>
    /// <param name="dropout">Share of the inputs set to zero while training.</param>
    /// <param name="magnitude">DoRA's row magnitudes, or <see langword="null"/>. <c>[out]</c>, fp32</param>
    /// <param name="start">What is taken off the pair again, or <see langword="null"/>.</param>
    public LoraAdapter(string module, Tensor a, Tensor b, double alpha, bool rankStabilised, double dropout, Tensor? magnitude = null, LoraStart? start = null)
    {
        if (a.Size(0) != b.Size(1))
        {
            throw new ArgumentException($"A is {a} and B is {b}; their ranks differ.");
        }

        Module = module;
        A = a.Own();
        B = b.Own();
        Magnitude = magnitude?.Own();
        Start = start;
        Alpha = alpha;
        Scale = alpha / (rankStabilised ? Math.Sqrt(Rank) : Rank);
        Dropout = dropout;
    }

    /// <summary>The linear's full name.</summary>
    public string Module { get; }

    /// <summary>The product's first factor. <c>[R, in]</c></summary>
    public Tensor A { get; }

    /// <summary>The product's second factor. <c>[out, R]</c></summary>
    public Tensor B { get; }

    /// <summary>DoRA's row magnitudes. <c>[out]</c></summary>
    public Tensor? Magnitude { get; }

    /// <summary>What the pair began as, where it is taken off again: then the pair counts by what it has become since.</summary>
    public LoraStart? Start { get; }

    /// <summary>Width R.</summary>
    public long Rank => A.Size(0);

    /// <summary>Numerator of the scale.</summary>
    public double Alpha { get; }

    /// <summary>The factor s.</summary>
    public double Scale { get; }

    /// <summary>Share of the inputs set to zero while training.</summary>
    public double Dropout { get; }

    /// <summary>All first factors of the product: the pair's, and those of what it began as. <c>[R, in]</c> or <c>[2 R, in]</c></summary>
    /// <remarks>With <see cref="WholeB"/> an adapter as any other: the one that is written.</remarks>
    internal Tensor WholeA => Start is null ? A : Tensor.Cat([A, Start.A], 0);

    /// <summary>All second factors of the product. <c>[out, R]</c> or <c>[out, 2 R]</c></summary>
    internal Tensor WholeB => Start is null ? B : Tensor.Cat([B, Start.B], 1);

    /// <summary>Whether it computes <c>s B A x</c> and nothing else: no magnitude, and no dropout in this pass.</summary>
    internal bool IsPlain(RandomGenerator? dropout) => Magnitude is null && (dropout is null || Dropout == 0);

    /// <summary>The linear with its adapter.</summary>
    /// <param name="x"><c>[N, in]</c></param>
    /// <param name="weight">Frozen. <c>[out, in]</c></param>
    /// <param name="bias">Frozen. <c>[out]</c></param>
    /// <param name="dropout">The random stream of training; <see langword="null"/> drops nothing.</param>
    /// <returns><c>[N, out]</c>, in x's type.</returns>
    public Tensor Apply(Tensor x, Tensor weight, Tensor? bias, RandomGenerator? dropout)
    {
        var input = dropout is null || Dropout == 0 ? null : Drop(x, dropout);
        if (Magnitude is null)
        {
            return LoraLinear.Apply(x, weight, bias, WholeA, WholeB, Scale, input);
        }

        using var scope = TensorScope.Enter();
        return scope.Keep(Decomposed(LoraLinear.Apply(x, weight, null, WholeA, WholeB, Scale, input), () => weight, bias));
    }

    /// <summary>The linear with its adapter, beside a weight in few bits.</summary>
    /// <param name="x"><c>[N, in]</c></param>
    /// <param name="weight">Frozen. <c>[out, in]</c></param>
    /// <param name="bias">Frozen. <c>[out]</c></param>
    /// <param name="dropout">The random stream of training; <see langword="null"/> drops nothing.</param>
    /// <returns><c>[N, out]</c>, in x's type.</returns>
    internal Tensor Apply(Tensor x, PackedTensor weight, Tensor? bias, RandomGenerator? dropout)
    {
        using var scope = TensorScope.Enter();
        var input = dropout is null || Dropout == 0 ? null : Drop(x, dropout);
        var sum = PackedLinear.ApplyLora(x, weight, Magnitude is null ? bias : null, WholeA, WholeB, Scale, input);
        return scope.Keep(Magnitude is null ? sum : Decomposed(sum, () => PackedLinear.Numbers(weight, DType.Float32), bias));
    }

    /// <summary>The one weight that computes the same. <c>[out, in]</c>, fp32; differentiable by A, B and the magnitude.</summary>
    public Tensor Merge(Tensor weight) => MergeRows(weight, tensor => tensor);

    /// <summary>Some rows of <see cref="Merge"/>.</summary>
    /// <param name="weight">These rows of the frozen weight. <c>[n, in]</c></param>
    /// <param name="pick">Takes the same rows of a tensor <c>[out, ...]</c>.</param>
    /// <returns><c>[n, in]</c>, fp32</returns>
    public Tensor MergeRows(Tensor weight, Func<Tensor, Tensor> pick)
    {
        using var scope = TensorScope.Enter();
        var sum = weight.To(DType.Float32) + (pick(WholeB).MatMul(WholeA) * Scale);
        return scope.Keep(Magnitude is null ? sum : sum * (pick(Magnitude) / RowNorms(sum)).Unsqueeze(1));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
        Magnitude?.Dispose();
        Start?.Dispose();
        _norms?.Dispose();
    }

    /// <summary>Sets the pair to the parts of a written one, to the bit.</summary>
    /// <param name="wholeA">As <see cref="WholeA"/>.</param>
    /// <param name="wholeB">As <see cref="WholeB"/>.</param>
    internal void Fill(Tensor wholeA, Tensor wholeB)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        A.CopyFrom(wholeA.Narrow(0, 0, Rank));
        B.CopyFrom(wholeB.Narrow(1, 0, Rank));
        Start?.A.CopyFrom(wholeA.Narrow(0, Rank, Rank));
        Start?.B.CopyFrom(wholeB.Narrow(1, Rank, Rank));
    }

    /// <summary>Row norms of a frozen weight: the magnitudes that DoRA begins with. <c>[out]</c>, fp32</summary>
    internal static Tensor MagnitudesOf(Tensor weight) => NormsInPieces(weight.Size(0), (first, count) => weight.Narrow(0, first, count).To(DType.Float32));

    // DoRA's rescaling of Wx + s BAx. [N, out]
    private Tensor Decomposed(Tensor sum, Func<Tensor> weight, Tensor? bias)
    {
        using var scope = TensorScope.Enter();
        var scaled = sum * (Magnitude! / Norms(weight)).To(sum.DType);
        return scope.Keep(bias is null ? scaled : scaled + bias);
    }

    // Row norms of W + s BA. Taken anew where A or B were written since: an answer of many tokens reads the weight for them once. [out]
    private Tensor Norms(Func<Tensor> weight)
    {
        var now = (A.Version, B.Version);
        if (_norms is null || _normsAreOf != now)
        {
            using var off = GradMode.Off();
            using var scope = TensorScope.Enter();
            var (frozen, a, b) = (weight(), WholeA, WholeB);
            var norms = NormsInPieces(frozen.Size(0), (first, count) => frozen.Narrow(0, first, count).To(DType.Float32) + (b.Narrow(0, first, count).MatMul(a) * Scale)).Own();
            _norms?.Dispose();
            (_norms, _normsAreOf) = (norms, now);
        }

        return _norms;
    }

    private static Tensor NormsInPieces(long rows, Func<long, long, Tensor> piece)
    {
        using var scope = TensorScope.Enter();
        var norms = new List<Tensor>();
        for (var first = 0L; first < rows; first += NormRows)
        {
            using var inner = TensorScope.Enter();
            norms.Add(inner.Keep(RowNorms(piece(first, Math.Min(NormRows, rows - first)))));
        }

        return scope.Keep(Tensor.Cat([.. norms], 0));
    }

    // A constant in the backward pass. [n]
    private static Tensor RowNorms(Tensor sum)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        return scope.Keep((sum * sum).Sum(1).Sqrt());
    }

    private Tensor Drop(Tensor x, RandomGenerator generator)
    {
        using var scope = TensorScope.Enter();
        var kept = Tensor.Empty([.. x.Shape], x.DType, x.Device).FillBernoulli(1 - Dropout, generator);
        return scope.Keep(x * (kept / (1 - Dropout)));
    }
}
