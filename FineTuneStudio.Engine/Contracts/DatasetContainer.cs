namespace FineTuneStudio.Engine.Contracts;

/// <summary>How rows lie in a file.</summary>
public enum DatasetContainer
{
    /// <summary>One JSON object a line.</summary>
    JsonLines,

    /// <summary>One JSON array, a row each element; may be spread over lines.</summary>
    JsonArray,

    /// <summary>Comma, semicolon or tab separated values with a header line.</summary>
    DelimitedText,
}
