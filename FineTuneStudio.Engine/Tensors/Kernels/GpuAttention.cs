namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Attention of packed sequences by the kernels that libtorch has for GPUs; they read the packed rows as they lie, and make no matrix of scores.</summary>
/// <remarks>Dao 2023, arXiv 2307.08691 (bfloat16); Rabe and Staats 2021, arXiv 2112.05682 (fp32).</remarks>
internal static class GpuAttention
{
    private const int LargestHead = 256;
    private const int Causal = 1;

    private static readonly Operator Flash = Operator.Named("aten::_flash_attention_forward");
    private static readonly Operator Efficient = Operator.Named("aten::_efficient_attention_forward");

    // Heads are read 16 bytes at a time.
    private const int BytesAtOnce = 16;

    /// <summary>Whether one of the kernels takes these queries. The one for fp32 takes no window: its gradients are wrong with one (PyTorch 2.11).</summary>
    public static bool Takes(Tensor q, Tensor v, AttentionScoring scoring)
        => KernelChoice.IsOnGpu(q) && scoring.SoftCap is null && scoring.Sinks is null && v.Size(2) == q.Size(2)
            && (TakesFlash(q) || (scoring.Window is null && TakesEfficient(q)));

    /// <summary>As <see cref="PackedAttention"/>; differentiable.</summary>
    public static Tensor Apply(Tensor q, Tensor k, Tensor v, int[] sequenceStarts, AttentionScoring scoring, Tensor? startsOnDevice)
    {
        using var scope = TensorScope.Enter();
        var starts = startsOnDevice ?? Tensor.From<int>(sequenceStarts).To(q.Device);
        long longest = 0;
        for (var sequence = 0; sequence + 1 < sequenceStarts.Length; sequence++)
        {
            longest = Math.Max(longest, sequenceStarts[sequence + 1] - sequenceStarts[sequence]);
        }

        // A window counts the token itself; the kernel counts those before it.
        var (left, right) = scoring.Window is { } window ? ((Operator.Argument)(window - 1), (Operator.Argument)0) : (Operator.Argument.None, Operator.Argument.None);
        return scope.Keep(TakesFlash(q)
            ? Flash.CallFirst(q, k, v, starts, starts, longest, longest, 0.0, true, false, scoring.Scale, left, right)
            : ByEfficient(q, k, v, starts, longest, scoring.Scale));
    }

    private static bool TakesFlash(Tensor q)
        => q.DType == DType.BFloat16 && Fits(q) && Flash.Takes(
            "query", "key", "value", "cum_seq_q", "cum_seq_k", "max_q", "max_k", "dropout_p", "is_causal", "return_debug_mask", "scale", "window_size_left", "window_size_right");

    private static bool TakesEfficient(Tensor q)
        => Fits(q) && Efficient.Takes(
            "query", "key", "value", "bias", "cu_seqlens_q", "cu_seqlens_k", "max_seqlen_q", "max_seqlen_k", "dropout_p", "custom_mask_type", "compute_log_sumexp", "scale");

    private static bool Fits(Tensor q) => q.Size(2) <= LargestHead && q.Size(2) * q.DType.Size() % BytesAtOnce == 0;

    private static Tensor ByEfficient(Tensor q, Tensor k, Tensor v, Tensor starts, long longest, double scale)
    {
        // This kernel wants a batch of one, and a key head for each query head.
        var group = q.Size(1) / k.Size(1);
        Tensor Whole(Tensor heads) => (group == 1 ? heads : heads.RepeatInterleave(group, 1)).Unsqueeze(0);

        var isLearning = q.RequiresGrad || k.RequiresGrad || v.RequiresGrad;
        return Efficient.CallFirst(
            q.Unsqueeze(0), Whole(k), Whole(v), Operator.Argument.None, starts, starts, longest, longest, 0.0, Causal, isLearning, scale).Squeeze(0);
    }
}
