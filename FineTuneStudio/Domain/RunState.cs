namespace FineTuneStudio.Domain;

/// <summary>Where a run stands.</summary>
public enum RunState
{
    /// <summary>Waits for its turn.</summary>
    Queued,

    /// <summary>Has the engine; after a restart of the studio it goes on by itself.</summary>
    Running,

    /// <summary>Stands still at a person's wish.</summary>
    Paused,

    /// <summary>All steps done.</summary>
    Completed,

    /// <summary>Stopped early by a person, with what was learnt kept.</summary>
    Stopped,

    /// <summary>Given up by a person.</summary>
    Cancelled,

    /// <summary>Could not go on; the message says why.</summary>
    Failed,
}
