namespace FineTuneStudio.Engine.Grading.Sandbox;

/// <summary>What code in the sandbox may use.</summary>
internal sealed record SandboxLimits
{
    /// <summary>Address space of a process.</summary>
    public long MemoryBytes { get; init; } = 2L << 30;

    /// <summary>What it may write in its own folder.</summary>
    public long DiskBytes { get; init; } = 64L << 20;

    /// <summary>Longest time for one answer.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time until the source is loaded.</summary>
    public TimeSpan StartTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest reply.</summary>
    public int ReplyBytes { get; init; } = 1 << 16;
}
