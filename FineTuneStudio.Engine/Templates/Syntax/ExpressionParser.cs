using FineTuneStudio.Engine.Templates.Nodes;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Syntax;

/// <summary>Reads expressions, with jinja2's precedences (powers bind from left to right, a sign binds tighter than a power).</summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    private const int MostNesting = 100;
    private int _nesting;

    public Expression Expression(bool withCondition = true)
    {
        if (++_nesting > MostNesting || !System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw tokens.Fail($"An expression is nested more than {MostNesting} deep.");
        }

        var expression = withCondition ? Conditional() : Or();
        _nesting--;
        return expression;
    }

    /// <summary>An expression, or several with commas between them, which make a tuple.</summary>
    public Expression Tuple(bool withCondition = true, string? endName = null, bool inParentheses = false)
    {
        var line = tokens.Current.Line;
        var items = new List<Expression>();
        var isTuple = false;
        while (true)
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
            }

            if (IsTupleEnd(endName))
            {
                break;
            }

            items.Add(Expression(withCondition));
            if (!tokens.Current.Is(","))
            {
                break;
            }

            isTuple = true;
        }

        if (isTuple)
        {
            return new TupleExpression([.. items], line);
        }

        return items.Count > 0 ? items[0]
            : inParentheses ? new TupleExpression([], line)
            : throw tokens.Unexpected("an expression");
    }

    /// <summary>What can be assigned to: names, attributes of namespaces, and tuples of them.</summary>
    public Target Target(bool withNamespace = false, string? endName = null, bool isParameter = false)
    {
        var line = tokens.Current.Line;
        var items = new List<Target>();
        var isTuple = false;
        while (true)
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
            }

            if (IsTupleEnd(endName))
            {
                break;
            }

            items.Add(SingleTarget(withNamespace, isParameter));
            if (!tokens.Current.Is(","))
            {
                break;
            }

            isTuple = true;
        }

        return isTuple ? new TupleTarget([.. items], line) : items.Count > 0 ? items[0] : throw tokens.Unexpected("a name to set");
    }

    public NameTarget Name(bool isParameter = false)
    {
        var token = tokens.Expect(TokenKind.Name);
        return IsReserved(token.Text) ? throw tokens.Fail($"'{token.Text}' cannot be set.", token.Line) : new NameTarget(token.Text, token.Line, isParameter);
    }

    /// <summary>Filters behind a value; of a filter block, beginning with the first one's name.</summary>
    public Expression Filters(Expression target, bool startInline = false)
    {
        while (tokens.Current.Is("|") || startInline)
        {
            if (!startInline)
            {
                tokens.Next();
            }

            startInline = false;
            var token = tokens.Expect(TokenKind.Name);
            var name = DottedName(token.Text);
            var arguments = tokens.Current.Is("(") ? Arguments() : Nodes.Arguments.None;
            target = new FilterExpression(target, name, arguments, token.Line);
        }

        return target;
    }

    private Target SingleTarget(bool withNamespace, bool isParameter)
    {
        if (tokens.SkipOperator("("))
        {
            var inner = Target(withNamespace, null, isParameter);
            tokens.ExpectOperator(")");
            return inner;
        }

        var name = Name(isParameter);
        if (!withNamespace || !tokens.SkipOperator("."))
        {
            return name;
        }

        return new NamespaceTarget(name.Name, tokens.Expect(TokenKind.Name).Text, name.Line);
    }

    private bool IsTupleEnd(string? endName) => tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd
        || tokens.Current.Is(")") || (endName is not null && tokens.Current.IsName(endName));

    private static bool IsReserved(string name) => name is "true" or "false" or "none" or "True" or "False" or "None";

    private Expression Conditional()
    {
        var line = tokens.Current.Line;
        var expression = Or();
        while (tokens.SkipName("if"))
        {
            var test = Or();
            var otherwise = tokens.SkipName("else") ? Expression() : null;
            expression = new ConditionalExpression(test, expression, otherwise, line);
            line = tokens.Current.Line;
        }

        return expression;
    }

    private Expression Or()
    {
        var left = And();
        while (tokens.Current.IsName("or"))
        {
            var line = tokens.Next().Line;
            left = new LogicalExpression(isAnd: false, left, And(), line);
        }

        return left;
    }

    private Expression And()
    {
        var left = Not();
        while (tokens.Current.IsName("and"))
        {
            var line = tokens.Next().Line;
            left = new LogicalExpression(isAnd: true, left, Not(), line);
        }

        return left;
    }

    private Expression Not()
    {
        var negations = new Stack<int>();
        while (tokens.Current.IsName("not"))
        {
            negations.Push(tokens.Next().Line);
        }

        var expression = Comparison();
        foreach (var line in negations)
        {
            expression = new NotExpression(expression, line);
        }

        return expression;
    }

    private Expression Comparison()
    {
        var line = tokens.Current.Line;
        var first = Sum();
        var rest = new List<(CompareOperator, Expression)>();
        while (Comparer() is { } operation)
        {
            rest.Add((operation, Sum()));
        }

        return rest.Count == 0 ? first : new CompareExpression(first, [.. rest], line);
    }

    private CompareOperator? Comparer()
    {
        var token = tokens.Current;
        CompareOperator? operation = token.Kind == TokenKind.Operator
            ? token.Text switch
            {
                "==" => CompareOperator.Equal,
                "!=" => CompareOperator.NotEqual,
                "<" => CompareOperator.Less,
                "<=" => CompareOperator.LessOrEqual,
                ">" => CompareOperator.Greater,
                ">=" => CompareOperator.GreaterOrEqual,
                _ => null,
            }
            : token.IsName("in") ? CompareOperator.In
            : token.IsName("not") && tokens.Following.IsName("in") ? CompareOperator.NotIn : null;
        if (operation is not null)
        {
            tokens.Next();
            if (operation == CompareOperator.NotIn)
            {
                tokens.Next();
            }
        }

        return operation;
    }

    private Expression Sum()
    {
        var left = Concatenation();
        while (tokens.Current.Is("+") || tokens.Current.Is("-"))
        {
            var token = tokens.Next();
            left = new BinaryExpression(token.Text == "+" ? BinaryOperator.Add : BinaryOperator.Subtract, left, Concatenation(), token.Line);
        }

        return left;
    }

    private Expression Concatenation()
    {
        var line = tokens.Current.Line;
        var parts = new List<Expression> { Product() };
        while (tokens.SkipOperator("~"))
        {
            parts.Add(Product());
        }

        return parts.Count == 1 ? parts[0] : new ConcatenateExpression([.. parts], line);
    }

    private Expression Product()
    {
        var left = Power();
        while (tokens.Current.Is("*") || tokens.Current.Is("/") || tokens.Current.Is("//") || tokens.Current.Is("%"))
        {
            var token = tokens.Next();
            var operation = token.Text switch
            {
                "*" => BinaryOperator.Multiply,
                "/" => BinaryOperator.Divide,
                "//" => BinaryOperator.FloorDivide,
                _ => BinaryOperator.Modulo,
            };
            left = new BinaryExpression(operation, left, Power(), token.Line);
        }

        return left;
    }

    private Expression Power()
    {
        var left = Unary();
        while (tokens.Current.Is("**"))
        {
            var line = tokens.Next().Line;
            left = new BinaryExpression(BinaryOperator.Power, left, Unary(), line);
        }

        return left;
    }

    private Expression Unary(bool withFilters = true)
    {
        var token = tokens.Current;
        Expression expression;
        if (token.Is("-") || token.Is("+"))
        {
            tokens.Next();
            if (++_nesting > MostNesting)
            {
                throw tokens.Fail($"An expression is nested more than {MostNesting} deep.");
            }

            expression = new SignExpression(token.Text == "-", Unary(withFilters: false), token.Line);
            _nesting--;
        }
        else
        {
            expression = Primary();
        }

        expression = Postfix(expression);
        return withFilters ? FiltersAndTests(expression) : expression;
    }

    private Expression Primary()
    {
        var token = tokens.Next();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new ConstantExpression(Boxed.True, token.Line),
                    "false" or "False" => new ConstantExpression(Boxed.False, token.Line),
                    "none" or "None" => new ConstantExpression(None.Value, token.Line),
                    _ => new NameExpression(string.Intern(token.Text), token.Line),
                };
            case TokenKind.Text:
                var text = token.Text;
                while (tokens.Current.Kind == TokenKind.Text)
                {
                    text += tokens.Next().Text;
                }

                return new ConstantExpression(string.Intern(text), token.Line);
            case TokenKind.Number:
                return new ConstantExpression(token.Value!, token.Line);
            case TokenKind.Operator when token.Text == "(":
                var inner = Deeper(() => Tuple(inParentheses: true));
                tokens.ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return new ListExpression([.. Items("]", () => Expression())], token.Line);
            case TokenKind.Operator when token.Text == "{":
                return new DictExpression([.. Items("}", Pair)], token.Line);
            default:
                throw new TemplateException(TemplateFaultKind.Syntax, $"Expected a value, found {token.Describe()}.", token.Line);
        }
    }

    private T Deeper<T>(Func<T> read)
    {
        if (++_nesting > MostNesting)
        {
            throw tokens.Fail($"An expression is nested more than {MostNesting} deep.");
        }

        var result = read();
        _nesting--;
        return result;
    }

    private (Expression Key, Expression Value) Pair()
    {
        var key = Expression();
        tokens.ExpectOperator(":");
        return (key, Expression());
    }

    private List<T> Items<T>(string close, Func<T> read)
    {
        var items = new List<T>();
        while (!tokens.Current.Is(close))
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
            }

            if (tokens.Current.Is(close))
            {
                break;
            }

            items.Add(read());
        }

        tokens.ExpectOperator(close);
        return items;
    }

    private Expression Postfix(Expression expression)
    {
        while (true)
        {
            var token = tokens.Current;
            if (token.Is("."))
            {
                tokens.Next();
                expression = Attribute(expression, token.Line);
            }
            else if (token.Is("["))
            {
                tokens.Next();
                expression = Subscript(expression, token.Line);
            }
            else if (token.Is("("))
            {
                expression = new CallExpression(expression, Arguments(), token.Line);
            }
            else
            {
                return expression;
            }
        }
    }

    private Expression FiltersAndTests(Expression expression)
    {
        while (true)
        {
            if (tokens.Current.Is("|"))
            {
                expression = Filters(expression);
            }
            else if (tokens.Current.IsName("is"))
            {
                expression = Test(expression);
            }
            else if (tokens.Current.Is("("))
            {
                expression = new CallExpression(expression, Arguments(), tokens.Current.Line);
            }
            else
            {
                return expression;
            }
        }
    }

    private Expression Attribute(Expression target, int line)
    {
        var token = tokens.Next();
        return token.Kind switch
        {
            TokenKind.Name => new AttributeExpression(target, token.Text, line),
            TokenKind.Number when token.Value is not double => new ItemExpression(target, new ConstantExpression(token.Value!, token.Line), line),
            _ => throw new TemplateException(TemplateFaultKind.Syntax, $"Expected a name or a number after '.', found {token.Describe()}.", token.Line),
        };
    }

    private Expression Subscript(Expression target, int line)
    {
        var parts = new List<Func<Expression, Expression>>();
        var keys = new List<Expression>();
        while (!tokens.Current.Is("]"))
        {
            if (parts.Count > 0)
            {
                tokens.ExpectOperator(",");
            }

            parts.Add(Subscribed(keys, line));
        }

        tokens.ExpectOperator("]");
        if (parts.Count == 1)
        {
            return parts[0](target);
        }

        return keys.Count == parts.Count
            ? new ItemExpression(target, new TupleExpression([.. keys], line), line)
            : throw tokens.Fail("A slice stands among several keys; use one slice alone.", line);
    }

    private Func<Expression, Expression> Subscribed(List<Expression> keys, int line)
    {
        Expression? start = null;
        if (!tokens.Current.Is(":"))
        {
            start = Expression();
            if (!tokens.Current.Is(":"))
            {
                var key = start;
                keys.Add(key);
                return target => new ItemExpression(target, key, line);
            }
        }

        tokens.ExpectOperator(":");
        var stop = tokens.Current.Is(":") || EndsSlice() ? null : Expression();
        var step = tokens.SkipOperator(":") && !EndsSlice() ? Expression() : null;
        return target => new SliceExpression(target, start, stop, step, line);
    }

    private bool EndsSlice() => tokens.Current.Is("]") || tokens.Current.Is(",");

    private Expression Test(Expression target)
    {
        var line = tokens.Next().Line;
        var negated = tokens.SkipName("not");
        var name = DottedName(tokens.Expect(TokenKind.Name).Text);
        var arguments = Nodes.Arguments.None;
        var token = tokens.Current;
        if (token.Is("("))
        {
            arguments = Arguments();
        }
        else if (token.Kind is TokenKind.Text or TokenKind.Number || token.Is("[") || token.Is("{")
            || (token.Kind == TokenKind.Name && token.Text is not ("else" or "or" or "and")))
        {
            if (token.IsName("is"))
            {
                throw tokens.Fail("Tests with 'is' cannot be chained; join them with 'and'.");
            }

            arguments = new Arguments([Postfix(Primary())], [], null, null, token.Line);
        }

        Expression test = new TestExpression(target, name, arguments, line);
        return negated ? new NotExpression(test, line) : test;
    }

    private string DottedName(string name)
    {
        while (tokens.SkipOperator("."))
        {
            name += "." + tokens.Expect(TokenKind.Name).Text;
        }

        return name;
    }

    private Arguments Arguments()
    {
        var line = tokens.ExpectOperator("(").Line;
        var positional = new List<Expression>();
        var keywords = new List<(string, Expression)>();
        Expression? rest = null;
        Expression? named = null;
        while (!tokens.Current.Is(")"))
        {
            if (positional.Count + keywords.Count > 0 || rest is not null || named is not null)
            {
                tokens.ExpectOperator(",");
                if (tokens.Current.Is(")"))
                {
                    break;
                }
            }

            if (tokens.SkipOperator("*"))
            {
                Require(rest is null && named is null);
                rest = Expression();
            }
            else if (tokens.SkipOperator("**"))
            {
                Require(named is null);
                named = Expression();
            }
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Following.Is("="))
            {
                Require(named is null);
                var name = tokens.Next().Text;
                tokens.Next();
                keywords.Add((name, Expression()));
            }
            else
            {
                Require(rest is null && named is null && keywords.Count == 0);
                positional.Add(Expression());
            }
        }

        tokens.ExpectOperator(")");
        return new Arguments([.. positional], [.. keywords], rest, named, line);

        void Require(bool condition)
        {
            if (!condition)
            {
                throw tokens.Fail("A call gives its values in a wrong order; first plain ones, then name=value, then * and **.", line);
            }
        }
    }
}
