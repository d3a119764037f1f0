namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>One AdamW update of many tensors at once, with both moments as 8-bit codes and a scale for each block of 256.</summary>
/// <remarks>
/// Dettmers et al. 2022, arXiv 2110.02861: each block is decoded, updated in fp32, the weights are moved by the exact moments, and the
/// moments are coded again by the nearest of 256 values of the block's largest.
/// </remarks>
public static class AdamW8BitStep
{
    /// <summary>Elements that share a scale.</summary>
    public const int BlockSize = 256;

    private static readonly Operator Fused = Operator.Named("fts::adamw8_step");
    private static readonly Operator BucketizeOperator = Operator.Named("aten::bucketize.Tensor");
    private static readonly Operator AmaxOperator = Operator.Named("aten::amax");

    /// <summary>Updates parameters and moments in place.</summary>
    /// <param name="parameters">fp32 masters.</param>
    /// <param name="gradients">One for each parameter, of its shape.</param>
    /// <param name="first">Running means of the gradients.</param>
    /// <param name="second">Running means of their squares.</param>
    /// <param name="step">1 for the first update.</param>
    /// <param name="learningRate">Learning rate of this step.</param>
    /// <param name="beta1">Decay of the first moments.</param>
    /// <param name="beta2">Decay of the second moments.</param>
    /// <param name="epsilon">Added to the root of the second moment.</param>
    /// <param name="weightDecay">Decoupled decay.</param>
    /// <param name="gradientScale">Factor on every gradient: clipping, normalisation.</param>
    public static void Apply(
        Tensor[] parameters, Tensor[] gradients, CodedMoments first, CodedMoments second, long step, double learningRate,
        double beta1, double beta2, double epsilon, double weightDecay, double gradientScale = 1)
    {
        if (parameters.Length > 0 && KernelChoice.IsFusedForMasters(Fused, parameters[0]))
        {
            Fused.Run(
                parameters, gradients, first.Codes, second.Codes, first.Scales, second.Scales, first.Map, second.Map, step, learningRate,
                beta1, beta2, epsilon, weightDecay, gradientScale);
        }
        else
        {
            ApplyPlain(parameters, gradients, first, second, step, learningRate, beta1, beta2, epsilon, weightDecay, gradientScale);
        }
    }

    /// <summary>The plain twin of <see cref="Apply"/>.</summary>
    public static void ApplyPlain(
        Tensor[] parameters, Tensor[] gradients, CodedMoments first, CodedMoments second, long step, double learningRate,
        double beta1, double beta2, double epsilon, double weightDecay, double gradientScale = 1)
    {
        using var off = GradMode.Off();
        for (var index = 0; index < parameters.Length; index++)
        {
            using var scope = TensorScope.Enter();
            var firstMoment = Decode(first, index);
            var secondMoment = Decode(second, index);
            AdamWStep.ApplyPlain(
                [parameters[index]], [gradients[index]], [firstMoment], [secondMoment], step, learningRate, beta1, beta2, epsilon, weightDecay, gradientScale);
            Encode(firstMoment, first, index);
            Encode(secondMoment, second, index);
        }
    }

    private static Tensor Decode(CodedMoments moments, int index)
    {
        var codes = moments.Codes[index];
        var values = moments.Map.IndexSelect(0, codes.Reshape(-1).To(DType.Int64));
        return (Blocks(values) * moments.Scales[index].Unsqueeze(1)).Reshape(-1).Narrow(0, 0, codes.ElementCount).Reshape([.. codes.Shape]);
    }

    private static void Encode(Tensor moment, CodedMoments moments, int index)
    {
        var blocks = Blocks(moment.Reshape(-1));
        var largest = AmaxOperator.Call(blocks.Abs(), new long[] { 1 }, true);
        moments.Scales[index].CopyFrom(largest.Squeeze(1));
        var unit = blocks / largest.MaskedFill(largest.EqualTo(0), 1);
        var lower = moments.Map.Narrow(0, 0, moments.Map.ElementCount - 1);
        var upper = moments.Map.Narrow(0, 1, moments.Map.ElementCount - 1);
        var codes = BucketizeOperator.Call(unit, (lower + upper) / 2);
        moments.Codes[index].CopyFrom(codes.Reshape(-1).Narrow(0, 0, moment.ElementCount).Reshape([.. moment.Shape]));
    }

    // [elements] -> [blocks, 256]; the last block is filled up with zeros.
    private static Tensor Blocks(Tensor flat)
    {
        var missing = (BlockSize - (flat.ElementCount % BlockSize)) % BlockSize;
        return (missing == 0 ? flat : Tensor.Cat([flat, Tensor.Zeros([missing], flat.DType, flat.Device)], 0)).Reshape(-1, BlockSize);
    }
}
