namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>What the merger must know of a record, in the order of the file.</summary>
internal struct RowFacts
{
    public ulong RowHash;
    public ulong PromptHash;
    public ulong AnswerHash;

    /// <summary>The answer's bytes in the block's short answers; length -1 where it is long, in parts or missing.</summary>
    public int AnswerStart;
    public int AnswerLength;

    /// <summary>Number of the record in its block.</summary>
    public int Record;
    public RowState State;
    public RowTraits Traits;
    public bool HasAnswer;
    public bool HasPrompt;
}
