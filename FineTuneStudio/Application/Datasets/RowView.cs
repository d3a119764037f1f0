namespace FineTuneStudio.Application.Datasets;

/// <summary>A row as the model will see it.</summary>
/// <param name="Row">Number among the good rows, from 0.</param>
/// <param name="Rows">Good rows in all.</param>
/// <param name="Line">Line in the file, from 1.</param>
/// <param name="Messages">The conversation, for reading.</param>
/// <param name="Tokens">The rendered text, token by token.</param>
/// <param name="LearntTokens">Tokens with a weight above zero.</param>
/// <param name="Warnings">What a person should know about this row.</param>
public sealed record RowView(
    int Row, int Rows, long Line, IReadOnlyList<MessageView> Messages, IReadOnlyList<TokenView> Tokens, int LearntTokens, IReadOnlyList<string> Warnings);
