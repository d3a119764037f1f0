namespace FineTuneStudio.Engine.Contracts;

/// <summary>Why a run ended.</summary>
public enum EndReason
{
    /// <summary>All steps done.</summary>
    Completed,

    /// <summary>A person stopped it and kept what was learnt: the adapter is written.</summary>
    StoppedAndKept,

    /// <summary>A person cancelled it; checkpoints stay until the run is deleted.</summary>
    Cancelled,

    /// <summary>It could not go on; the message says why and what to do.</summary>
    Failed,
}
