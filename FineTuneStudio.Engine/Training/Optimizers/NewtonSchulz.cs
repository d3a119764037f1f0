using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training.Optimizers;

/// <summary>The nearest orthogonal matrix, roughly: all singular values are pushed near 1 by a polynomial that needs products alone.</summary>
internal static class NewtonSchulz
{
    // Jordan et al. 2024, https://kellerjordan.github.io/posts/muon: steep at zero, ends between 0.7 and 1.2.
    private const double Linear = 3.4445;
    private const double Cubic = -4.7750;
    private const double Quintic = 2.0315;
    private const double SmallestNorm = 1e-7;

    private static readonly Operator AddMatMulOperator = Operator.Named("aten::addmm");

    /// <summary>Iterates from the matrix over its norm.</summary>
    /// <param name="matrix">Any real type. <c>[rows, columns]</c></param>
    /// <param name="steps">Times the polynomial is applied.</param>
    /// <returns>In the type the products were made in. <c>[rows, columns]</c></returns>
    public static Tensor Orthogonalise(Tensor matrix, int steps)
    {
        var isTall = matrix.Size(0) > matrix.Size(1);
        var x = matrix.To(ProductType(matrix));
        x = isTall ? x.Transpose(0, 1) : x;
        x = x * (1 / Math.Max(SmallestNorm, x.Norm().Item()));
        for (var step = 0; step < steps; step++)
        {
            var gram = x.MatMul(x.Transpose(0, 1));
            x = AddMatMulOperator.Call(x, AddMatMulOperator.Call(gram, gram, gram, Cubic, Quintic), x, Linear, 1.0);
        }

        return isTall ? x.Transpose(0, 1) : x;
    }

    // The iteration bears bfloat16 (and is published with it); processors without products of that type are faster and exacter in fp32.
    private static DType ProductType(Tensor matrix)
        => !matrix.Device.IsCpu || (TorchRuntime.Processor & (ProcessorFeatures.Avx512Bf16 | ProcessorFeatures.AmxBf16)) != 0
            ? DType.BFloat16
            : DType.Float32;
}
