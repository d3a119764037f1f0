namespace FineTuneStudio.Engine.Contracts;

/// <summary>The columns of a delimited file, and how they become a conversation.</summary>
/// <param name="Delimiter">Comma, semicolon or tab.</param>
/// <param name="Names">The header, in order.</param>
/// <param name="Mapping">The mapping that was used: a given one, else the suggested one; <see langword="null"/> where none could be suggested.</param>
/// <param name="Suggested">Whether <paramref name="Mapping"/> is the studio's suggestion.</param>
/// <param name="Reason">Why these columns were suggested, or what is missing.</param>
public sealed record ColumnReport(char Delimiter, IReadOnlyList<string> Names, ColumnMapping? Mapping, bool Suggested, string Reason)
{
    /// <summary>The first rows, for a person who points at columns: a value for each name, long ones cut.</summary>
    public IReadOnlyList<IReadOnlyList<string>> FirstRows { get; init; } = [];
}
