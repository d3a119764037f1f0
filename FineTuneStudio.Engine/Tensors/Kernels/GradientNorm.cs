namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>The Euclidean norm over all gradients together.</summary>
public static class GradientNorm
{
    private static readonly Operator Fused = Operator.Named("fts::gradient_norm");

    /// <summary>Square root of the sum of all squares; the order of summation is fixed, so the same gradients give the same bits.</summary>
    public static double Of(IReadOnlyList<Tensor> gradients)
        => gradients.Count > 0 && KernelChoice.IsFused(Fused, gradients[0]) ? Fused.CallNumber(gradients.ToArray()) : OfPlain(gradients);

    /// <summary>The plain twin of <see cref="Of"/>.</summary>
    public static double OfPlain(IReadOnlyList<Tensor> gradients)
    {
        using var off = GradMode.Off();
        var squares = 0.0;
        foreach (var gradient in gradients)
        {
            using var scope = TensorScope.Enter();
            var norm = gradient.To(DType.Float32).Norm().Item();
            squares += norm * norm;
        }

        return Math.Sqrt(squares);
    }
}
