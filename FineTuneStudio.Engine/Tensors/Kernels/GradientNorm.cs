namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>The Euclidean norm over all gradients together.</summary>
public static class GradientNorm
{
    private static readonly Operator Fused = Operator.Named("fts::gradient_norm");
    private static readonly Operator ForEach = Operator.Named("aten::_foreach_norm.Scalar");

    /// <summary>Square root of the sum of all squares; the order of summation is fixed, so the same gradients give the same bits.</summary>
    public static double Of(IReadOnlyList<Tensor> gradients)
        => gradients.Count > 0 && KernelChoice.IsFused(Fused, gradients[0]) ? Fused.CallNumber(gradients.ToArray())
            : gradients.Count > 0 && KernelChoice.IsOnGpu(gradients[0]) && ForEach.Exists ? OfMany(gradients)
            : OfPlain(gradients);

    /// <summary>Many tensors at a time, and one wait for the device.</summary>
    internal static double OfMany(IReadOnlyList<Tensor> gradients)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var norms = gradients.Select(gradient => gradient.To(DType.Float32)).Chunk(Operator.MaxResults)
            .SelectMany(tensors => ForEach.CallMany(tensors, 2.0)).Select(norm => norm!).ToArray();
        return Tensor.Stack(norms, 0).To(DType.Float64).Norm().Item();
    }

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
