namespace FineTuneStudio.Engine.Contracts;

/// <summary>Whether a fault keeps a row out of training.</summary>
public enum FaultSeverity
{
    /// <summary>The row is learnt from, but a person should look.</summary>
    Warning,

    /// <summary>The row (or the whole file) cannot be used.</summary>
    Error,
}
