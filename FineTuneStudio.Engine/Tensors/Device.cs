namespace FineTuneStudio.Engine.Tensors;

/// <summary>Where a tensor lives.</summary>
public readonly record struct Device
{
    private const int CpuType = 0;
    private const int CudaType = 1;

    private readonly int _code;

    internal Device(int code) => _code = code;

    /// <summary>Main memory.</summary>
    public static Device Cpu { get; } = new((CpuType * 256) + 0);

    /// <summary>Whether this is main memory.</summary>
    public bool IsCpu => _code / 256 == CpuType;

    /// <summary>Whether this is a GPU.</summary>
    public bool IsCuda => _code / 256 == CudaType;

    /// <summary>Which of several GPUs, from 0; 0 for main memory.</summary>
    public int Index => Math.Max(0, (_code % 256) - 1);

    internal int Code => _code;

    /// <summary>The GPU with this index, from 0.</summary>
    public static Device Cuda(int index = 0) => new((CudaType * 256) + index + 1);

    /// <inheritdoc/>
    public override string ToString() => IsCpu ? "cpu" : $"cuda:{Index}";
}
