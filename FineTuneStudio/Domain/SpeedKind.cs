namespace FineTuneStudio.Domain;

/// <summary>What a model is timed at.</summary>
public enum SpeedKind
{
    /// <summary>Learning beside an adapter.</summary>
    Train,

    /// <summary>Reading a prompt.</summary>
    Prefill,

    /// <summary>Answering, token by token.</summary>
    Decode,
}
