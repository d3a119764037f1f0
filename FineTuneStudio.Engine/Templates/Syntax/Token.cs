namespace FineTuneStudio.Engine.Templates.Syntax;

/// <summary>A token and the line it begins on.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text; of a string literal the unescaped one.</param>
/// <param name="Line">Line of the template, from 1.</param>
/// <param name="Value">The value of a number.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line, object? Value = null)
{
    public bool Is(string operatorText) => Kind == TokenKind.Operator && Text == operatorText;

    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    /// <summary>The token as a message names it.</summary>
    public string Describe() => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.Data => "text",
        TokenKind.BlockBegin => "'{%'",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.VariableBegin => "'{{'",
        TokenKind.VariableEnd => "'}}'",
        TokenKind.Text => "a string",
        _ => $"'{Text}'",
    };
}
