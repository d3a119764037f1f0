namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>One AdamW update of many tensors at once.</summary>
/// <remarks>Loshchilov and Hutter 2017, arXiv 1711.05101; the order of operations is PyTorch's.</remarks>
public static class AdamWStep
{
    private static readonly Operator Fused = Operator.Named("fts::adamw_step");
    private static readonly Operator Library = Operator.Named("aten::_fused_adamw_");
    private static readonly Operator AddcmulOperator = Operator.Named("aten::addcmul_");
    private static readonly Operator AddcdivOperator = Operator.Named("aten::addcdiv_");
    private static readonly Operator LerpOperator = Operator.Named("aten::lerp_.Scalar");

    /// <summary>Updates parameters and moments in place.</summary>
    /// <param name="parameters">fp32 masters.</param>
    /// <param name="gradients">One for each parameter, of its shape; fp32.</param>
    /// <param name="firstMoments">Running means of the gradients; fp32.</param>
    /// <param name="secondMoments">Running means of their squares; fp32.</param>
    /// <param name="step">1 for the first update.</param>
    /// <param name="learningRate">Learning rate of this step.</param>
    /// <param name="beta1">Decay of the first moments.</param>
    /// <param name="beta2">Decay of the second moments.</param>
    /// <param name="epsilon">Added to the root of the second moment.</param>
    /// <param name="weightDecay">Decoupled decay.</param>
    /// <param name="gradientScale">Factor on every gradient: clipping, normalisation.</param>
    public static void Apply(
        Tensor[] parameters, Tensor[] gradients, Tensor[] firstMoments, Tensor[] secondMoments, long step, double learningRate,
        double beta1, double beta2, double epsilon, double weightDecay, double gradientScale = 1)
    {
        if (parameters.Length > 0 && KernelChoice.IsFusedForMasters(Fused, parameters[0]))
        {
            Fused.Run(parameters, gradients, firstMoments, secondMoments, step, learningRate, beta1, beta2, epsilon, weightDecay, gradientScale);
        }
        else if (parameters.Length > 0 && KernelChoice.IsOnGpu(parameters[0]) && HasLibrary)
        {
            ApplyLibrary(parameters, gradients, firstMoments, secondMoments, step, learningRate, beta1, beta2, epsilon, weightDecay, gradientScale);
        }
        else
        {
            ApplyPlain(parameters, gradients, firstMoments, secondMoments, step, learningRate, beta1, beta2, epsilon, weightDecay, gradientScale);
        }
    }

    /// <summary>Whether libtorch has a kernel for many tensors at once, with the arguments that it is called with here.</summary>
    internal static bool HasLibrary => Library.Takes(
        "self", "grads", "exp_avgs", "exp_avg_sqs", "max_exp_avg_sqs", "state_steps", "lr", "beta1", "beta2", "weight_decay", "eps", "amsgrad", "maximize", "grad_scale");

    /// <summary>By libtorch's own kernel for many tensors at once.</summary>
    internal static void ApplyLibrary(
        Tensor[] parameters, Tensor[] gradients, Tensor[] firstMoments, Tensor[] secondMoments, long step, double learningRate,
        double beta1, double beta2, double epsilon, double weightDecay, double gradientScale)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var device = parameters[0].Device;
        Tensor[] wide = Array.ConvertAll(gradients, gradient => gradient.To(DType.Float32).Contiguous());
        Tensor[] steps = [.. Enumerable.Repeat(Tensor.Full([], step, DType.Float32, device), parameters.Length)];

        // It divides by its scale.
        var divisor = gradientScale == 1 ? null : Tensor.Full([], 1 / gradientScale, DType.Float32, device);
        Library.Run(
            parameters, wide, firstMoments, secondMoments, Array.Empty<Tensor>(), steps, learningRate, beta1, beta2, weightDecay, epsilon, false, false, divisor);
    }

    /// <summary>The plain twin of <see cref="Apply"/>.</summary>
    public static void ApplyPlain(
        Tensor[] parameters, Tensor[] gradients, Tensor[] firstMoments, Tensor[] secondMoments, long step, double learningRate,
        double beta1, double beta2, double epsilon, double weightDecay, double gradientScale = 1)
    {
        using var off = GradMode.Off();
        var stepSize = learningRate / (1 - Math.Pow(beta1, step));
        var secondCorrection = Math.Sqrt(1 - Math.Pow(beta2, step));
        for (var index = 0; index < parameters.Length; index++)
        {
            using var scope = TensorScope.Enter();
            var (parameter, first, second) = (parameters[index], firstMoments[index], secondMoments[index]);
            var gradient = gradients[index].To(parameter.DType);
            gradient = gradientScale == 1 ? gradient : gradient * gradientScale;
            parameter.MulInPlace(1 - (learningRate * weightDecay));
            LerpOperator.Run(first, gradient, 1 - beta1);
            second.MulInPlace(beta2);
            AddcmulOperator.Run(second, gradient, gradient, 1 - beta2);
            AddcdivOperator.Run(parameter, first, (second.Sqrt() / secondCorrection) + epsilon, -stepSize);
        }
    }
}
