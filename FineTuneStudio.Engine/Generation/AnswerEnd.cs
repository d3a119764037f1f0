namespace FineTuneStudio.Engine.Generation;

/// <summary>Why an answer ended.</summary>
public enum AnswerEnd
{
    /// <summary>The model ended it by a stop token.</summary>
    Stop,

    /// <summary>One of the texts that were to end it came up.</summary>
    StopText,

    /// <summary>It has as many tokens as were allowed.</summary>
    Length,
}
