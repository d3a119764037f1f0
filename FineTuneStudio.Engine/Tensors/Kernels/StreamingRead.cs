namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Reading memory as fast as the machine can, and nothing else: what decoding is measured against.</summary>
public static class StreamingRead
{
    private static readonly Operator ReadOperator = Operator.Named("fts::streaming_read");
    private static readonly Operator HugePagesOperator = Operator.Named("fts::prefer_huge_pages");

    /// <summary>Memory to be read, in large pages where the system grants them, every page touched.</summary>
    /// <param name="bytes">Much more than the processor's caches.</param>
    public static Tensor Allocate(long bytes)
    {
        var buffer = Tensor.Empty([bytes / sizeof(float)], DType.Float32);
        PreferHugePages(buffer);
        return buffer.ZeroInPlace();
    }

    /// <summary>Reads all of a tensor once, with vector loads on all of the thread's threads.</summary>
    public static void Over(Tensor buffer) => _ = ReadOperator.CallNumber(buffer);

    /// <summary>Asks the system for large pages behind memory that is not touched yet; a wish, which costs nothing where it is not granted.</summary>
    public static void PreferHugePages(Tensor memory)
    {
        if (memory.Device.IsCpu)
        {
            HugePagesOperator.Run(memory);
        }
    }
}
