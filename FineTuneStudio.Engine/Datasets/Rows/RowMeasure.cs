namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>What the validator measured of one row; counts for the statistics only where the row is good.</summary>
internal struct RowMeasure
{
    public int System;
    public int Developer;
    public int User;
    public int Assistant;
    public int Tool;
    public int Learnt;
    public int ToolCalls;
    public bool HasTools;
    public bool HasReasoning;
    public long Characters;
    public long PromptCharacters;
    public long AnswerCharacters;
    public ulong PromptHash;
    public ulong AnswerHash;

    /// <summary>The last assistant message's text in the row's bytes, escapes as written; length -1 where it is not one string.</summary>
    public int AnswerStart;
    public int AnswerLength;
    public bool AnswerHasToolCalls;

    public bool HasAnswer;

    /// <summary>Whether <see cref="PromptHash"/> and <see cref="PromptCharacters"/> are of something to answer.</summary>
    public bool HasPrompt;
}
