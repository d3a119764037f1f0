namespace FineTuneStudio.Engine.Tensors;

/// <content>Element-wise arithmetic and products. Shapes broadcast as in PyTorch.</content>
public sealed partial class Tensor
{
    private static readonly Operator AddOperator = Operator.Named("aten::add.Tensor");
    private static readonly Operator AddScalarOperator = Operator.Named("aten::add.Scalar");
    private static readonly Operator AddInPlaceOperator = Operator.Named("aten::add_.Tensor");
    private static readonly Operator SubOperator = Operator.Named("aten::sub.Tensor");
    private static readonly Operator MulOperator = Operator.Named("aten::mul.Tensor");
    private static readonly Operator MulScalarOperator = Operator.Named("aten::mul.Scalar");
    private static readonly Operator MulScalarInPlaceOperator = Operator.Named("aten::mul_.Scalar");
    private static readonly Operator MulInPlaceOperator = Operator.Named("aten::mul_.Tensor");
    private static readonly Operator DivOperator = Operator.Named("aten::div.Tensor");
    private static readonly Operator NegOperator = Operator.Named("aten::neg");
    private static readonly Operator ExpOperator = Operator.Named("aten::exp");
    private static readonly Operator LogOperator = Operator.Named("aten::log");
    private static readonly Operator SqrtOperator = Operator.Named("aten::sqrt");
    private static readonly Operator RsqrtOperator = Operator.Named("aten::rsqrt");
    private static readonly Operator SigmoidOperator = Operator.Named("aten::sigmoid");
    private static readonly Operator SiluOperator = Operator.Named("aten::silu");
    private static readonly Operator GeluOperator = Operator.Named("aten::gelu");
    private static readonly Operator TanhOperator = Operator.Named("aten::tanh");
    private static readonly Operator ReluOperator = Operator.Named("aten::relu");
    private static readonly Operator SinOperator = Operator.Named("aten::sin");
    private static readonly Operator CosOperator = Operator.Named("aten::cos");
    private static readonly Operator PowOperator = Operator.Named("aten::pow.Tensor_Scalar");
    private static readonly Operator ClampOperator = Operator.Named("aten::clamp");
    private static readonly Operator MatMulOperator = Operator.Named("aten::matmul");
    private static readonly Operator LinearOperator = Operator.Named("aten::linear");
    private static readonly Operator ZeroOperator = Operator.Named("aten::zero_");
    private static readonly Operator EqualOperator = Operator.Named("aten::equal");
    private static readonly Operator AbsOperator = Operator.Named("aten::abs");
    private static readonly Operator MaximumOperator = Operator.Named("aten::maximum");

    /// <summary>Sum of two tensors.</summary>
    public static Tensor operator +(Tensor left, Tensor right) => AddOperator.Call(left, right);

    /// <summary>Sum with a number.</summary>
    public static Tensor operator +(Tensor left, double right) => AddScalarOperator.Call(left, right);

    /// <summary>Difference of two tensors.</summary>
    public static Tensor operator -(Tensor left, Tensor right) => SubOperator.Call(left, right);

    /// <summary>Difference with a number.</summary>
    public static Tensor operator -(Tensor left, double right) => AddScalarOperator.Call(left, -right);

    /// <summary>Negative.</summary>
    public static Tensor operator -(Tensor value) => NegOperator.Call(value);

    /// <summary>Element-wise product.</summary>
    public static Tensor operator *(Tensor left, Tensor right) => MulOperator.Call(left, right);

    /// <summary>Product with a number.</summary>
    public static Tensor operator *(Tensor left, double right) => MulScalarOperator.Call(left, right);

    /// <summary>Element-wise quotient.</summary>
    public static Tensor operator /(Tensor left, Tensor right) => DivOperator.Call(left, right);

    /// <summary>Quotient with a number.</summary>
    public static Tensor operator /(Tensor left, double right) => MulScalarOperator.Call(left, 1 / right);

    /// <summary>Matrix product over the last two dimensions.</summary>
    public Tensor MatMul(Tensor right) => MatMulOperator.Call(this, right);

    /// <summary><c>x W^T + b</c>: this is x <c>[..., in]</c>.</summary>
    /// <param name="weight"><c>[out, in]</c></param>
    /// <param name="bias"><c>[out]</c>, or <see langword="null"/>.</param>
    /// <returns><c>[..., out]</c></returns>
    public Tensor Linear(Tensor weight, Tensor? bias = null) => LinearOperator.Call(this, weight, bias);

    /// <summary>e to the power of each element.</summary>
    public Tensor Exp() => ExpOperator.Call(this);

    /// <summary>Natural logarithm.</summary>
    public Tensor Log() => LogOperator.Call(this);

    /// <summary>Square root.</summary>
    public Tensor Sqrt() => SqrtOperator.Call(this);

    /// <summary>One over the square root.</summary>
    public Tensor Rsqrt() => RsqrtOperator.Call(this);

    /// <summary>Logistic function.</summary>
    public Tensor Sigmoid() => SigmoidOperator.Call(this);

    /// <summary><c>x sigmoid(x)</c>.</summary>
    public Tensor Silu() => SiluOperator.Call(this);

    /// <summary>Gaussian error linear unit; <paramref name="tanh"/> takes its tanh approximation.</summary>
    public Tensor Gelu(bool tanh = false) => GeluOperator.Call(this, tanh ? "tanh" : "none");

    /// <summary>Hyperbolic tangent.</summary>
    public Tensor Tanh() => TanhOperator.Call(this);

    /// <summary>The positive part.</summary>
    public Tensor Relu() => ReluOperator.Call(this);

    /// <summary>Sine.</summary>
    public Tensor Sin() => SinOperator.Call(this);

    /// <summary>Cosine.</summary>
    public Tensor Cos() => CosOperator.Call(this);

    /// <summary>Absolute value.</summary>
    public Tensor Abs() => AbsOperator.Call(this);

    /// <summary>Each element to a power.</summary>
    public Tensor Pow(double exponent) => PowOperator.Call(this, exponent);

    /// <summary>Element-wise larger of two.</summary>
    public Tensor Maximum(Tensor other) => MaximumOperator.Call(this, other);

    /// <summary>Limited to a range; <see langword="null"/> leaves a side open.</summary>
    public Tensor Clamp(double? low, double? high)
        => ClampOperator.Call(this, low is { } l ? l : Operator.Argument.None, high is { } h ? h : Operator.Argument.None);

    /// <summary>Adds <c>alpha * other</c> in place.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor AddInPlace(Tensor other, double alpha = 1)
    {
        AddInPlaceOperator.Run(this, other, alpha);
        return this;
    }

    /// <summary>Multiplies by a number in place.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor MulInPlace(double factor)
    {
        MulScalarInPlaceOperator.Run(this, factor);
        return this;
    }

    /// <summary>Multiplies element-wise in place.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor MulInPlace(Tensor factor)
    {
        MulInPlaceOperator.Run(this, factor);
        return this;
    }

    /// <summary>Sets every element to zero.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor ZeroInPlace()
    {
        ZeroOperator.Run(this);
        return this;
    }

    /// <summary>Whether shape and every element are the same.</summary>
    public bool HasSameElements(Tensor other) => EqualOperator.CallNumber(this, other) != 0;
}
