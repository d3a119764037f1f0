namespace FineTuneStudio.Engine.Contracts;

/// <summary>What can be wrong with a dataset; <c>docs/datasets.md</c> has an example of each.</summary>
public enum DatasetFaultKind
{
    /// <summary>The file has no rows.</summary>
    EmptyFile,

    /// <summary>The file is of a kind that is not read (zip, Parquet, UTF-16 text, ...).</summary>
    UnsupportedFile,

    /// <summary>The rows are of a format that the method cannot learn from, or of none that is known.</summary>
    UnsupportedFormat,

    /// <summary>The compressed file is damaged or cut off.</summary>
    DamagedArchive,

    /// <summary>The file starts with a byte order mark; it is skipped.</summary>
    ByteOrderMark,

    /// <summary>Too few rows to learn from and to hold some out.</summary>
    FewRows,

    /// <summary>Bytes that are no UTF-8.</summary>
    InvalidUtf8,

    /// <summary>Zero bytes, as a broken copy or a crashed writer leaves them.</summary>
    NulByte,

    /// <summary>A row longer than the limit.</summary>
    RowTooLong,

    /// <summary>An empty line between rows; it is skipped.</summary>
    BlankLine,

    /// <summary>The row is no JSON.</summary>
    InvalidJson,

    /// <summary>The file ends in the middle of its last row.</summary>
    TruncatedRow,

    /// <summary>Arrays and objects nested deeper than the limit.</summary>
    TooDeep,

    /// <summary>Half a surrogate pair in an escaped string.</summary>
    LoneSurrogate,

    /// <summary>A key twice in one object: programs differ in which one counts.</summary>
    DuplicateKey,

    /// <summary>The row has another format than the file.</summary>
    WrongSchema,

    /// <summary>A required field is missing.</summary>
    MissingField,

    /// <summary>A field holds a value of another type.</summary>
    WrongType,

    /// <summary>A role that is none of system, developer, user, assistant, tool.</summary>
    UnknownRole,

    /// <summary>The row has no messages, or, where rows are prompts, none to answer.</summary>
    EmptyMessages,

    /// <summary>No assistant message to learn.</summary>
    NoAssistantMessage,

    /// <summary>The last message is not the assistant's, so it is never learnt.</summary>
    LastMessageNotAssistant,

    /// <summary>Every assistant message has weight 0.</summary>
    NothingLearnt,

    /// <summary>A weight other than 0 or 1, or on a message that is not the assistant's.</summary>
    InvalidWeight,

    /// <summary>A message without content (and without tool calls).</summary>
    MissingContent,

    /// <summary>A message with empty text.</summary>
    EmptyContent,

    /// <summary>An image, sound or file part: text models cannot learn from it yet.</summary>
    UnsupportedContent,

    /// <summary>A system message after the conversation began.</summary>
    SystemNotFirst,

    /// <summary>Roles in an order that many chat templates refuse (two user messages in a row, an assistant first).</summary>
    RoleOrder,

    /// <summary>A tool message that answers no tool call.</summary>
    ToolMessageWithoutCall,

    /// <summary>A tool call that no tool message answers, although the conversation goes on.</summary>
    ToolCallWithoutMessage,

    /// <summary>A tool call without id, name or arguments, or with wrong ones.</summary>
    InvalidToolCall,

    /// <summary>Arguments of a tool call whose text is no JSON.</summary>
    ToolArgumentsNotJson,

    /// <summary>Arguments of a tool call as an object instead of JSON text; accepted.</summary>
    ToolArgumentsNotText,

    /// <summary>A tool definition without a name, or of a wrong shape.</summary>
    InvalidTool,

    /// <summary>A field that the format had once and that is ignored (<c>functions</c>, <c>function_call</c>).</summary>
    DeprecatedField,

    /// <summary>A row that occurred before, byte for byte.</summary>
    DuplicateRow,

    /// <summary>Rows with a true/false label: SFT would learn the rejected answers too.</summary>
    FeedbackLabel,

    /// <summary>A quoted field that never ends.</summary>
    UnclosedQuote,

    /// <summary>A row with more or fewer fields than the header.</summary>
    RaggedRow,

    /// <summary>A column that the mapping needs and the header lacks, or no mapping at all.</summary>
    MissingColumn,

    /// <summary>Two columns of the same name.</summary>
    DuplicateColumn,
}
