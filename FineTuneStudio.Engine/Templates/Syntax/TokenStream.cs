namespace FineTuneStudio.Engine.Templates.Syntax;

/// <summary>The tokens of a template, read from first to last.</summary>
internal sealed class TokenStream(List<Token> tokens)
{
    private int _at;

    public Token Current => tokens[_at];

    public Token Following => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public Token Next()
    {
        var token = Current;
        _at = Math.Min(_at + 1, tokens.Count - 1);
        return token;
    }

    public bool SkipName(string name) => Skip(Current.IsName(name));

    public bool SkipOperator(string text) => Skip(Current.Is(text));

    public Token ExpectOperator(string text) => Current.Is(text) ? Next() : throw Unexpected($"'{text}'");

    public Token ExpectName(string name) => Current.IsName(name) ? Next() : throw Unexpected($"'{name}'");

    public Token Expect(TokenKind kind) => Current.Kind == kind ? Next() : throw Unexpected(kind == TokenKind.Name ? "a name" : new Token(kind, "", 0).Describe());

    public TemplateException Unexpected(string expected) => Fail($"Expected {expected}, found {Current.Describe()}.");

    public TemplateException Fail(string message, int? line = null) => new(TemplateFaultKind.Syntax, message, line ?? Current.Line);

    private bool Skip(bool condition)
    {
        if (condition)
        {
            Next();
        }

        return condition;
    }
}
