namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>One step of stochastic gradient descent for many tensors at once.</summary>
/// <remarks>Sutskever et al. 2013 as PyTorch has it: the decay is added to the gradient, and the first momentum is the gradient itself.</remarks>
public static class SgdStep
{
    private static readonly Operator Fused = Operator.Named("fts::sgd_step");

    /// <summary>Updates parameters and momenta in place.</summary>
    /// <param name="parameters">fp32 masters.</param>
    /// <param name="gradients">One for each parameter, of its shape.</param>
    /// <param name="momenta">One for each parameter, fp32; empty where there is no momentum.</param>
    /// <param name="isFirst">Whether this is the tensors' first update.</param>
    /// <param name="learningRate">Learning rate of this step.</param>
    /// <param name="momentum">Share of the momentum that is kept.</param>
    /// <param name="dampening">Share of the gradient that is left out of the momentum, from the second update on.</param>
    /// <param name="nesterov">Look ahead.</param>
    /// <param name="weightDecay">Added to the gradient for each unit of the weight.</param>
    /// <param name="gradientScale">Factor on every gradient: clipping, normalisation.</param>
    public static void Apply(
        Tensor[] parameters, Tensor[] gradients, Tensor[] momenta, bool isFirst, double learningRate, double momentum, double dampening,
        bool nesterov, double weightDecay, double gradientScale = 1)
    {
        if (parameters.Length > 0 && KernelChoice.IsFusedForMasters(Fused, parameters[0]))
        {
            Fused.Run(parameters, gradients, momenta, isFirst, learningRate, momentum, dampening, nesterov, weightDecay, gradientScale);
        }
        else
        {
            ApplyPlain(parameters, gradients, momenta, isFirst, learningRate, momentum, dampening, nesterov, weightDecay, gradientScale);
        }
    }

    /// <summary>The plain twin of <see cref="Apply"/>.</summary>
    public static void ApplyPlain(
        Tensor[] parameters, Tensor[] gradients, Tensor[] momenta, bool isFirst, double learningRate, double momentum, double dampening,
        bool nesterov, double weightDecay, double gradientScale = 1)
    {
        using var off = GradMode.Off();
        for (var index = 0; index < parameters.Length; index++)
        {
            using var scope = TensorScope.Enter();
            var parameter = parameters[index];
            var step = (gradients[index].To(parameter.DType) * gradientScale) + (parameter.Detach() * weightDecay);
            if (momenta.Length > 0)
            {
                var kept = momenta[index].MulInPlace(isFirst ? 0 : momentum).AddInPlace(step, isFirst ? 1 : 1 - dampening);
                step = nesterov ? step + (kept * momentum) : kept;
            }

            parameter.AddInPlace(step, -learningRate);
        }
    }
}
