namespace FineTuneStudio.Application.Datasets;

/// <summary>A row in one line, as a list shows it.</summary>
/// <param name="Number">Number among all rows, from 0.</param>
/// <param name="Line">Line in the file, from 1.</param>
/// <param name="IsBad">It cannot be learnt from.</param>
/// <param name="IsWarned">It can, but something about it deserves a look.</param>
/// <param name="Prompt">The beginning of the first question; of a bad row the beginning of what is there.</param>
/// <param name="Answer">The beginning of the last answer; of a prompt without one, of its field <c>answer</c>.</param>
/// <param name="Tokens">Its length for the chosen model, where that is measured.</param>
/// <param name="Match">What a search found in it.</param>
public sealed record RowLine(int Number, long Line, bool IsBad, bool IsWarned, string Prompt, string Answer, int? Tokens, RowMatch? Match);
