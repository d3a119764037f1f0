namespace FineTuneStudio.Engine.Generation;

/// <summary>Why an answer ended.</summary>
public enum AnswerEnd
{
    /// <summary>The model ended it by a stop token.</summary>
    Stop,

    /// <summary>It has as many tokens as were allowed.</summary>
    Length,
}
