namespace FineTuneStudio.Application.Graders;

/// <summary>Where an answer that is graded is from.</summary>
public enum AnswerOrigin
{
    /// <summary>The dataset's own answer to the row.</summary>
    Own,

    /// <summary>The dataset's answer to another row.</summary>
    OtherRow,

    /// <summary>A run drew it.</summary>
    Run,
}
