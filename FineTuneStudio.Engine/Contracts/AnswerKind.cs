namespace FineTuneStudio.Engine.Contracts;

/// <summary>What most of a dataset's last assistant messages look like.</summary>
public enum AnswerKind
{
    /// <summary>There are none.</summary>
    None,

    /// <summary>A few short values that repeat: classification.</summary>
    Label,

    /// <summary>A number.</summary>
    Number,

    /// <summary>Steps that end in a marked result (<c>#### 18</c>, <c>\boxed{18}</c>).</summary>
    MarkedResult,

    /// <summary>A JSON object or array.</summary>
    Json,

    /// <summary>A tool call.</summary>
    ToolCall,

    /// <summary>Text with program code.</summary>
    Code,

    /// <summary>A few words, mostly different from row to row.</summary>
    ShortText,

    /// <summary>Free text.</summary>
    LongText,
}
