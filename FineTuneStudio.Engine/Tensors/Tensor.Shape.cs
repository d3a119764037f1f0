namespace FineTuneStudio.Engine.Tensors;

/// <content>Views, slices, gathering and joining.</content>
public sealed partial class Tensor
{
    private static readonly Operator ViewOperator = Operator.Named("aten::view");
    private static readonly Operator ReshapeOperator = Operator.Named("aten::reshape");
    private static readonly Operator TransposeOperator = Operator.Named("aten::transpose.int");
    private static readonly Operator PermuteOperator = Operator.Named("aten::permute");
    private static readonly Operator NarrowOperator = Operator.Named("aten::narrow");
    private static readonly Operator SelectOperator = Operator.Named("aten::select.int");
    private static readonly Operator UnsqueezeOperator = Operator.Named("aten::unsqueeze");
    private static readonly Operator SqueezeOperator = Operator.Named("aten::squeeze.dim");
    private static readonly Operator ExpandOperator = Operator.Named("aten::expand");
    private static readonly Operator RepeatInterleaveOperator = Operator.Named("aten::repeat_interleave.self_int");
    private static readonly Operator IndexSelectOperator = Operator.Named("aten::index_select");
    private static readonly Operator GatherOperator = Operator.Named("aten::gather");
    private static readonly Operator ScatterOperator = Operator.Named("aten::scatter.value");
    private static readonly Operator EmbeddingOperator = Operator.Named("aten::embedding");
    private static readonly Operator CatOperator = Operator.Named("aten::cat");
    private static readonly Operator StackOperator = Operator.Named("aten::stack");
    private static readonly Operator MaskedFillOperator = Operator.Named("aten::masked_fill.Scalar");
    private static readonly Operator TriuOperator = Operator.Named("aten::triu");
    private static readonly Operator IndexCopyOperator = Operator.Named("aten::index_copy_");
    private static readonly Operator IndexAddOperator = Operator.Named("aten::index_add");

    /// <summary>Joins tensors along a dimension.</summary>
    public static Tensor Cat(Tensor[] tensors, int dimension) => CatOperator.Call(tensors, dimension);

    /// <summary>Joins tensors along a new dimension.</summary>
    public static Tensor Stack(Tensor[] tensors, int dimension) => StackOperator.Call(tensors, dimension);

    /// <summary>The same elements in another shape, without a copy; one size may be -1.</summary>
    public Tensor View(params long[] shape) => ViewOperator.Call(this, shape);

    /// <summary>The same elements in another shape, copied where needed; one size may be -1.</summary>
    public Tensor Reshape(params long[] shape) => ReshapeOperator.Call(this, shape);

    /// <summary>Two dimensions exchanged, without a copy.</summary>
    public Tensor Transpose(int first, int second) => TransposeOperator.Call(this, first, second);

    /// <summary>Dimensions in another order, without a copy.</summary>
    public Tensor Permute(params long[] order) => PermuteOperator.Call(this, order);

    /// <summary>A range of one dimension, without a copy.</summary>
    public Tensor Narrow(int dimension, long start, long length) => NarrowOperator.Call(this, dimension, start, length);

    /// <summary>One entry of one dimension, which disappears.</summary>
    public Tensor Select(int dimension, long index) => SelectOperator.Call(this, dimension, index);

    /// <summary>A new dimension of size 1.</summary>
    public Tensor Unsqueeze(int dimension) => UnsqueezeOperator.Call(this, dimension);

    /// <summary>Without a dimension of size 1.</summary>
    public Tensor Squeeze(int dimension) => SqueezeOperator.Call(this, dimension);

    /// <summary>Dimensions of size 1 repeated without a copy; -1 keeps a size.</summary>
    public Tensor Expand(params long[] shape) => ExpandOperator.Call(this, shape);

    /// <summary>Each entry of a dimension so many times in a row.</summary>
    public Tensor RepeatInterleave(long times, int dimension) => RepeatInterleaveOperator.Call(this, times, dimension);

    /// <summary>Chosen entries of a dimension. <paramref name="index"/> is <c>[n]</c>, Int64.</summary>
    public Tensor IndexSelect(int dimension, Tensor index) => IndexSelectOperator.Call(this, dimension, index);

    /// <summary>One chosen element along a dimension, for each place of <paramref name="index"/>.</summary>
    public Tensor Gather(int dimension, Tensor index) => GatherOperator.Call(this, dimension, index);

    /// <summary>With a value at each place of <paramref name="index"/> along a dimension.</summary>
    public Tensor Scatter(int dimension, Tensor index, double value) => ScatterOperator.Call(this, dimension, index, value);

    /// <summary>Rows of this table <c>[V, D]</c> for ids <c>[...]</c>: <c>[..., D]</c>.</summary>
    public Tensor Embedding(Tensor ids) => EmbeddingOperator.Call(this, ids);

    /// <summary>With a value where the mask is true.</summary>
    public Tensor MaskedFill(Tensor mask, double value) => MaskedFillOperator.Call(this, mask, value);

    /// <summary>The upper triangle from a diagonal on, zero below.</summary>
    public Tensor Triu(int diagonal = 0) => TriuOperator.Call(this, diagonal);

    /// <summary>Writes rows into chosen entries of a dimension, in place.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor IndexCopyInPlace(int dimension, Tensor index, Tensor source)
    {
        IndexCopyOperator.Run(this, dimension, index, source);
        return this;
    }

    /// <summary>With rows added to chosen entries of a dimension.</summary>
    public Tensor IndexAdd(int dimension, Tensor index, Tensor source) => IndexAddOperator.Call(this, dimension, index, source);
}
