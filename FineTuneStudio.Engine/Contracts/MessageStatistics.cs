namespace FineTuneStudio.Engine.Contracts;

/// <summary>Messages of good rows, by role.</summary>
public sealed record MessageStatistics
{
    /// <summary>All messages.</summary>
    public long Total => System + Developer + User + Assistant + Tool;

    /// <summary>System messages.</summary>
    public long System { get; init; }

    /// <summary>Developer messages.</summary>
    public long Developer { get; init; }

    /// <summary>User messages.</summary>
    public long User { get; init; }

    /// <summary>Assistant messages.</summary>
    public long Assistant { get; init; }

    /// <summary>Tool messages.</summary>
    public long Tool { get; init; }

    /// <summary>Assistant messages that are learnt (weight above 0).</summary>
    public long Learnt { get; init; }

    /// <summary>Tool calls in assistant messages.</summary>
    public long ToolCalls { get; init; }
}
