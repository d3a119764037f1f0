using FineTuneStudio.Engine.Templates.Nodes;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Syntax;

/// <summary>Reads statements and text.</summary>
internal sealed class TemplateParser
{
    private const int MostNesting = 100;

    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private readonly Stack<string> _open = new();

    private TemplateParser(List<Token> tokens)
    {
        _tokens = new TokenStream(tokens);
        _expressions = new ExpressionParser(_tokens);
    }

    /// <exception cref="TemplateException">The template cannot be read.</exception>
    public static Statement[] Parse(string source) => new TemplateParser(Lexer.Tokenize(source)).Body([]);

    private Statement[] Body(string[] endNames)
    {
        var body = new List<Statement>();
        while (_tokens.Current.Kind != TokenKind.End)
        {
            var token = _tokens.Next();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    body.Add(new TextStatement(token.Text, token.Line));
                    break;
                case TokenKind.VariableBegin:
                    body.Add(new PrintStatement(_expressions.Tuple(), token.Line));
                    _tokens.Expect(TokenKind.VariableEnd);
                    break;
                default:
                    if (_tokens.Current.Kind == TokenKind.Name && endNames.Contains(_tokens.Current.Text))
                    {
                        return [.. body];
                    }

                    body.AddRange(Statement());
                    _tokens.Expect(TokenKind.BlockEnd);
                    break;
            }
        }

        return endNames.Length == 0
            ? [.. body]
            : throw _tokens.Fail($"The template ends, but {Names(endNames)} is still to come{Innermost()}.");
    }

    private IEnumerable<Statement> Statement()
    {
        var token = _tokens.Current.Kind == TokenKind.Name ? _tokens.Next() : throw _tokens.Unexpected("the name of a tag");
        _open.Push(token.Text);
        if (_open.Count > MostNesting)
        {
            throw _tokens.Fail($"Blocks are nested more than {MostNesting} deep.");
        }

        var line = token.Line;
        IEnumerable<Statement> statements = token.Text switch
        {
            "if" => [If(line)],
            "for" => [For(line)],
            "set" => [Set(line)],
            "macro" => [Macro(line)],
            "call" => [CallBlock(line)],
            "filter" => [FilterBlock(line)],
            "with" => [With(line)],
            "print" => Print(line),
            "block" => [Block(line)],
            "generation" => [new GenerationStatement(new MacroBody([], [], Until("endgeneration"), line), line)],
            "autoescape" => [new AutoEscapeStatement(_expressions.Expression(), Until("endautoescape"), line)],
            "break" => [new JumpStatement(Flow.Break, line)],
            "continue" => [new JumpStatement(Flow.Continue, line)],
            "include" or "import" or "from" or "extends" => [OtherTemplate(token.Text, line)],
            _ => throw Unknown(token),
        };
        _open.Pop();
        return statements;
    }

    private TemplateException Unknown(Token token)
    {
        _open.Pop();
        var hint = token.Text == "elseif" ? "; write elif"
            : token.Text.StartsWith("end", StringComparison.Ordinal) ? "; it ends nothing here" + Innermost() : Innermost();
        return _tokens.Fail($"The tag '{token.Text}' is not known{hint}.", token.Line);
    }

    private string Innermost() => _open.Count > 0 ? $" (the innermost open tag is '{_open.Peek()}')" : "";

    private static string Names(string[] names) => string.Join(" or ", names.Select(name => $"'{name}'"));

    /// <summary>The body of a tag up to one of the end tags, whose name is then the current token.</summary>
    private Statement[] BodyUntil(params string[] endNames)
    {
        _tokens.SkipOperator(":");
        _tokens.Expect(TokenKind.BlockEnd);
        return Body(endNames);
    }

    private Statement[] Until(string endName)
    {
        var body = BodyUntil(endName);
        _tokens.Next();
        return body;
    }

    private IfStatement If(int line)
    {
        var test = _expressions.Tuple(withCondition: false);
        var body = BodyUntil("elif", "else", "endif");
        var elseIfs = new List<IfStatement>();
        while (_tokens.Current.IsName("elif"))
        {
            var elseLine = _tokens.Next().Line;
            var elseTest = _expressions.Tuple(withCondition: false);
            elseIfs.Add(new IfStatement(elseTest, BodyUntil("elif", "else", "endif"), [], [], elseLine));
        }

        var otherwise = _tokens.Next().Text == "else" ? Until("endif") : [];
        return new IfStatement(test, body, [.. elseIfs], otherwise, line);
    }

    private ForStatement For(int line)
    {
        var target = _expressions.Target(endName: "in");
        _tokens.ExpectName("in");
        var iterable = _expressions.Tuple(withCondition: false, endName: "recursive");
        var test = _tokens.SkipName("if") ? _expressions.Expression() : null;
        var isRecursive = _tokens.SkipName("recursive");
        var body = BodyUntil("endfor", "else");
        var otherwise = _tokens.Next().Text == "else" ? Until("endfor") : [];
        return new ForStatement(target, iterable, body, otherwise, test, isRecursive, line);
    }

    private Statement Set(int line)
    {
        var target = _expressions.Target(withNamespace: true);
        if (_tokens.SkipOperator("="))
        {
            return new AssignStatement(target, _expressions.Tuple(), line);
        }

        var captured = new CapturedExpression(line);
        var value = _expressions.Filters(captured);
        return new AssignBlockStatement(target, captured, value, Until("endset"), line);
    }

    private MacroStatement Macro(int line)
    {
        var name = _expressions.Name().Name;
        var (parameters, defaults) = Signature();
        return new MacroStatement(name, new MacroBody(parameters, defaults, Until("endmacro"), line), line);
    }

    private (NameTarget[] Parameters, Expression[] Defaults) Signature()
    {
        var parameters = new List<NameTarget>();
        var defaults = new List<Expression>();
        _tokens.ExpectOperator("(");
        while (!_tokens.Current.Is(")"))
        {
            if (parameters.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            parameters.Add(_expressions.Name(isParameter: true));
            if (_tokens.SkipOperator("="))
            {
                defaults.Add(_expressions.Expression());
            }
            else if (defaults.Count > 0)
            {
                throw _tokens.Fail("A parameter without a default stands behind one with a default; change their order.");
            }
        }

        _tokens.ExpectOperator(")");
        return ([.. parameters], [.. defaults]);
    }

    private CallBlockStatement CallBlock(int line)
    {
        var (parameters, defaults) = _tokens.Current.Is("(") ? Signature() : ([], []);
        var call = _expressions.Expression() as CallExpression ?? throw _tokens.Fail("A call block needs a call: {% call macro() %}.", line);
        return new CallBlockStatement(call, new MacroBody(parameters, defaults, Until("endcall"), line), line);
    }

    private FilterBlockStatement FilterBlock(int line)
    {
        var captured = new CapturedExpression(line);
        var filter = _expressions.Filters(captured, startInline: true);
        return new FilterBlockStatement(captured, filter, Until("endfilter"), line);
    }

    private WithStatement With(int line)
    {
        var targets = new List<Target>();
        var values = new List<Expression>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (targets.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            targets.Add(_expressions.Target(isParameter: true));
            _tokens.ExpectOperator("=");
            values.Add(_expressions.Expression());
        }

        return new WithStatement([.. targets], [.. values], Until("endwith"), line);
    }

    private List<Statement> Print(int line)
    {
        var statements = new List<Statement>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (statements.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            statements.Add(new PrintStatement(_expressions.Expression(), line));
        }

        return statements;
    }

    private BlockStatement Block(int line)
    {
        var name = _tokens.Expect(TokenKind.Name).Text;
        var isScoped = _tokens.SkipName("scoped");
        var isRequired = _tokens.SkipName("required");
        if (_tokens.Current.Is("-"))
        {
            throw _tokens.Fail("A block's name has no hyphens; use underscores.");
        }

        var body = Until("endblock");
        if (isRequired && !Array.TrueForAll(body, statement => statement is TextStatement text && PyText.IsSpace(text.Text)))
        {
            throw _tokens.Fail("A required block can only hold comments and white space.");
        }

        _tokens.SkipName(name);
        return new BlockStatement(name, body, isScoped, isRequired, line);
    }

    private OtherTemplateStatement OtherTemplate(string tag, int line)
    {
        var template = _expressions.Expression();
        var targets = new List<Target>();
        switch (tag)
        {
            case "include" when _tokens.Current.IsName("ignore") && _tokens.Following.IsName("missing"):
                _tokens.Next();
                _tokens.Next();
                break;
            case "import":
                _tokens.ExpectName("as");
                targets.Add(_expressions.Name());
                break;
            case "from":
                ImportedNames(targets);
                break;
        }

        SkipContext();
        return new OtherTemplateStatement(tag, template, [.. targets], line);
    }

    private void ImportedNames(List<Target> targets)
    {
        _tokens.ExpectName("import");
        while (!SkipContext())
        {
            if (targets.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            var name = _expressions.Name();
            if (name.Name.StartsWith('_'))
            {
                throw _tokens.Fail("Names with a leading underscore cannot be imported.", name.Line);
            }

            targets.Add(_tokens.SkipName("as") ? _expressions.Name() : name);
            if (!_tokens.Current.Is(","))
            {
                return;
            }
        }
    }

    private bool SkipContext()
    {
        if (!(_tokens.Current.IsName("with") || _tokens.Current.IsName("without")) || !_tokens.Following.IsName("context"))
        {
            return false;
        }

        _tokens.Next();
        _tokens.Next();
        return true;
    }
}
