namespace FineTuneStudio.Engine.Contracts;

/// <summary>What the fields of a row mean.</summary>
public enum DatasetFormat
{
    /// <summary>None that is known.</summary>
    Unknown,

    /// <summary>OpenAI's chat format: <c>messages</c> with <c>role</c> and <c>content</c>, <c>tools</c>, ...</summary>
    OpenAiChat,

    /// <summary><c>messages</c> whose content is a list of parts with <c>type</c> and <c>value</c> (LLaMA-Factory's version 1).</summary>
    TypedParts,

    /// <summary><c>conversations</c> with <c>from</c> and <c>value</c>.</summary>
    ShareGpt,

    /// <summary><c>instruction</c>, <c>input</c> and <c>output</c>.</summary>
    Alpaca,

    /// <summary><c>prompt</c> and <c>completion</c> (or <c>response</c>).</summary>
    PromptCompletion,

    /// <summary><c>question</c> and <c>answer</c>.</summary>
    QuestionAnswer,

    /// <summary>Columns of a table, joined to a conversation by a <see cref="ColumnMapping"/>.</summary>
    Table,

    /// <summary>Pairs of a preferred and a rejected answer; for preference training, not for SFT.</summary>
    Preference,
}
