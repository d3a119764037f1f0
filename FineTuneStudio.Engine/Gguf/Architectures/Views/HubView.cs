using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Gguf.Architectures.Views;

/// <summary>How a tensor of a GGUF file stands in one of the hub's files: the way there, and the way back.</summary>
/// <remarks>
/// The way there has two steps. What is cut out of the hub's tensor still has its rows (or experts) first, so that an adapter can be added to
/// it; only then is it turned into the file's.
/// </remarks>
internal abstract record HubView
{
    /// <summary>As it is: of experts, matrix by matrix.</summary>
    public static HubView Same { get; } = new SameView();

    /// <summary>What holds some rows of the file's.</summary>
    /// <param name="hub">The hub's tensor, or what an adapter has of the same first dimension.</param>
    /// <param name="part">Which matrix, where the file's tensor is a stack of them.</param>
    /// <param name="first">First row of it; of a vector, first element.</param>
    /// <param name="count">How many.</param>
    public virtual Tensor Cut(Tensor hub, int part, long first, long count) => hub.Narrow(0, first, count);

    /// <summary>The file's rows, out of what was cut for them.</summary>
    public virtual Tensor Turn(Tensor cut, long first, long count) => cut;

    /// <summary>The hub's tensor, out of all tensors of the file that were made of it, in order.</summary>
    public abstract Tensor Restore(IReadOnlyList<Tensor> files);

    /// <summary>An adapter's second factors for the file's tensor, or <see langword="null"/> where no pair can stand beside it.</summary>
    /// <param name="b">Beside the hub's tensor. <c>[out, R]</c>, of experts <c>[E, out, R]</c></param>
    public virtual Tensor? TurnPair(Tensor b) => b;

    /// <summary>The way back of <see cref="TurnPair"/>, out of the factors beside all tensors that were made of the hub's.</summary>
    public virtual Tensor RestorePair(IReadOnlyList<Tensor> pairs) => pairs[0];

    private sealed record SameView : HubView
    {
        public override Tensor Restore(IReadOnlyList<Tensor> files) => files[0];
    }
}
