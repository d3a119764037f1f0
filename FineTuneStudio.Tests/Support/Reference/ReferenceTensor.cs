namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>A tensor's numbers, as the file's type holds them.</summary>
/// <param name="Shape">Sizes.</param>
/// <param name="Values">In row-major order.</param>
/// <param name="Role">What it is for.</param>
internal sealed record ReferenceTensor(int[] Shape, double[] Values, WeightRole Role)
{
    /// <summary>A copy that may be changed.</summary>
    public ReferenceTensor Copy() => this with { Values = [.. Values] };
}
