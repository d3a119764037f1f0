namespace FineTuneStudio.Engine.Tensors;

/// <content>Sums, extremes, softmax and comparisons.</content>
public sealed partial class Tensor
{
    private static readonly Operator SumOperator = Operator.Named("aten::sum");
    private static readonly Operator SumDimensionOperator = Operator.Named("aten::sum.dim_IntList");
    private static readonly Operator MeanDimensionOperator = Operator.Named("aten::mean.dim");
    private static readonly Operator MaxOperator = Operator.Named("aten::max");
    private static readonly Operator ArgMaxOperator = Operator.Named("aten::argmax");
    private static readonly Operator TopKOperator = Operator.Named("aten::topk");
    private static readonly Operator SortOperator = Operator.Named("aten::sort");
    private static readonly Operator CumSumOperator = Operator.Named("aten::cumsum");
    private static readonly Operator SoftmaxOperator = Operator.Named("aten::softmax.int");
    private static readonly Operator LogSoftmaxOperator = Operator.Named("aten::log_softmax.int");
    private static readonly Operator LogSumExpOperator = Operator.Named("aten::logsumexp");
    private static readonly Operator NormOperator = Operator.Named("aten::linalg_vector_norm");
    private static readonly Operator EqualToOperator = Operator.Named("aten::eq.Scalar");
    private static readonly Operator NotEqualToOperator = Operator.Named("aten::ne.Scalar");
    private static readonly Operator GreaterOperator = Operator.Named("aten::gt.Tensor");
    private static readonly Operator WhereOperator = Operator.Named("aten::where.self");
    private static readonly Operator MultinomialOperator = Operator.Named("aten::multinomial");

    /// <summary>Sum of all elements. <c>[]</c></summary>
    public Tensor Sum() => SumOperator.Call(this);

    /// <summary>Sum over a dimension.</summary>
    public Tensor Sum(int dimension, bool keep = false) => SumDimensionOperator.Call(this, new long[] { dimension }, keep);

    /// <summary>Mean over a dimension.</summary>
    public Tensor Mean(int dimension, bool keep = false) => MeanDimensionOperator.Call(this, new long[] { dimension }, keep);

    /// <summary>Largest element. <c>[]</c></summary>
    public Tensor Max() => MaxOperator.Call(this);

    /// <summary>Index of the largest element of a dimension. Int64</summary>
    public Tensor ArgMax(int dimension) => ArgMaxOperator.Call(this, dimension);

    /// <summary>The largest elements of a dimension, in order, with their indices.</summary>
    public (Tensor Values, Tensor Indices) TopK(long count, int dimension)
    {
        var results = TopKOperator.CallMany(this, count, dimension);
        return (results[0]!, results[1]!);
    }

    /// <summary>Sorted along a dimension, with the indices they had.</summary>
    public (Tensor Values, Tensor Indices) Sort(int dimension, bool descending)
    {
        var results = SortOperator.CallMany(this, dimension, descending);
        return (results[0]!, results[1]!);
    }

    /// <summary>Running sum along a dimension.</summary>
    public Tensor CumSum(int dimension) => CumSumOperator.Call(this, dimension);

    /// <summary>Softmax along a dimension; computed in <paramref name="dtype"/> where given.</summary>
    public Tensor Softmax(int dimension, DType? dtype = null)
        => SoftmaxOperator.Call(this, dimension, dtype is { } type ? type : Operator.Argument.None);

    /// <summary>Logarithm of the softmax along a dimension.</summary>
    public Tensor LogSoftmax(int dimension, DType? dtype = null)
        => LogSoftmaxOperator.Call(this, dimension, dtype is { } type ? type : Operator.Argument.None);

    /// <summary>Logarithm of the sum of exponentials along a dimension.</summary>
    public Tensor LogSumExp(int dimension, bool keep = false) => LogSumExpOperator.Call(this, new long[] { dimension }, keep);

    /// <summary>Euclidean norm of all elements. <c>[]</c></summary>
    public Tensor Norm() => NormOperator.Call(this);

    /// <summary>Where elements equal a number. Bool</summary>
    public Tensor EqualTo(double value) => EqualToOperator.Call(this, value);

    /// <summary>Where elements differ from a number. Bool</summary>
    public Tensor NotEqualTo(double value) => NotEqualToOperator.Call(this, value);

    /// <summary>Where elements are larger than another tensor's. Bool</summary>
    public Tensor GreaterThan(Tensor other) => GreaterOperator.Call(this, other);

    /// <summary>One tensor's elements where the condition is true, the other's elsewhere.</summary>
    public static Tensor Where(Tensor condition, Tensor whenTrue, Tensor whenFalse) => WhereOperator.Call(condition, whenTrue, whenFalse);

    /// <summary>Draws indices by their weights along the last dimension. Int64</summary>
    public Tensor Multinomial(long count, RandomGenerator generator) => MultinomialOperator.Call(this, count, false, generator);
}
