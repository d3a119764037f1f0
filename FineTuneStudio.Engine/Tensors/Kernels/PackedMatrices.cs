namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Matrices in few bits as <see cref="GroupedPackedLinear"/> takes them. Owns nothing.</summary>
/// <param name="Matrices">One for each part and, inside it, each group, <c>[out, in]</c>; or one for each part, <c>[G out, in]</c>.</param>
/// <param name="Parts">Matrices of a group that read the same rows, and whose outputs lie side by side.</param>
internal sealed record PackedMatrices(PackedTensor[] Matrices, int Parts)
{
    /// <summary>Codes and scales of all.</summary>
    public Tensor[] Tensors { get; } = [.. Matrices.SelectMany(matrix => matrix.Parts)];

    /// <summary>Sizes of all.</summary>
    public long[] Sizes { get; } = [.. Matrices.SelectMany(matrix => matrix.Sizes)];

    /// <summary>What each adds to its scales.</summary>
    public double[] Shifts { get; } = Array.ConvertAll(Matrices, matrix => matrix.Offset);
}
