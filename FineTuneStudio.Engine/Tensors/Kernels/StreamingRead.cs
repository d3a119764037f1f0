namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Reading memory as fast as the machine can, and nothing else: what decoding is measured against.</summary>
public static class StreamingRead
{
    private static readonly Operator ReadOperator = Operator.Named("fts::streaming_read");

    /// <summary>Reads all of a tensor once: with vector loads on all of the thread's threads, on a GPU by summing it.</summary>
    public static void Over(Tensor buffer)
    {
        using var scope = TensorScope.Enter();
        _ = buffer.Device.IsCpu ? ReadOperator.CallNumber(buffer) : buffer.Sum().Item();
    }
}
