namespace FineTuneStudio.Engine.Contracts;

/// <summary>How much a log line matters.</summary>
public enum LogSeverity
{
    /// <summary>For the record.</summary>
    Information,

    /// <summary>The run goes on, but a person should look.</summary>
    Warning,

    /// <summary>The run cannot go on.</summary>
    Error,
}
