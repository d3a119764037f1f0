using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Python's methods of text; on markup they give markup, and escape what they add.</summary>
internal static class TextMethods
{
    public static IEnumerable<Builtin> All =>
    [
        Map("upper", UnicodeText.Upper),
        Map("lower", UnicodeText.Lower),
        Map("casefold", UnicodeText.CaseFold),
        Map("capitalize", UnicodeText.Capitalize),
        Map("title", UnicodeText.Title),
        Map("swapcase", UnicodeText.SwapCase),
        Is("isupper", text => UnicodeText.AllCased(text, UnicodeText.IsUpper, UnicodeText.IsLower)),
        Is("islower", text => UnicodeText.AllCased(text, UnicodeText.IsLower, UnicodeText.IsUpper)),
        Is("istitle", UnicodeText.IsTitle),
        Is("isalpha", text => UnicodeText.All(text, UnicodeText.IsAlpha)),
        Is("isalnum", text => UnicodeText.All(text, UnicodeText.IsAlphanumeric)),
        Is("isdigit", text => UnicodeText.All(text, UnicodeText.IsDigit)),
        Is("isdecimal", text => UnicodeText.All(text, UnicodeText.IsDecimal)),
        Is("isnumeric", text => UnicodeText.All(text, UnicodeText.IsNumeric)),
        Is("isspace", PyText.IsSpace),
        Is("isascii", text => System.Text.Ascii.IsValid(text)),
        Is("isprintable", text => PyText.CodePoints(text).All(UnicodeText.IsPrintable)),
        Is("isidentifier", text => UnicodeText.All(text, UnicodeText.IsIdentifierPart) && UnicodeText.IsIdentifierStart(PyText.CodePoints(text).First())),
        Strip("strip", left: true, right: true),
        Strip("lstrip", left: true, right: false),
        Strip("rstrip", left: false, right: true),
        .. TextSearch.All,
        .. TextSplitting.All,
        .. TextPadding.All,
        Builtin.Method("replace", "old new count? /", (state, a) => Like(a[0]!, Replace(
            state, Self(a), PyText.Require(a[1]!, "replace's first value"), Inserted(a[0]!, a[2]!, "replace's second value"), Parameters.Int(a[3], -1, "replace's count")))),
        Builtin.Method("removeprefix", "prefix /", (_, a) => Like(a[0]!, Without(Self(a), PyText.Require(a[1]!, "removeprefix's value"), atEnd: false))),
        Builtin.Method("removesuffix", "suffix /", (_, a) => Like(a[0]!, Without(Self(a), PyText.Require(a[1]!, "removesuffix's value"), atEnd: true))),
        Builtin.Method("join", "items /", (state, a) => Join(state, a[0]!, a[1]!)),
        Builtin.Method("format", "*values **named", (state, a) => Like(
            a[0]!, new BraceFormat(state, ((PyTuple)a[1]!).Items, (PyDict)a[2]!, a[0] is Markup).Run(Self(a)))),
        Builtin.Method("format_map", "mapping /", (state, a) => Like(a[0]!, new BraceFormat(
            state, [], a[1] as PyDict ?? throw TemplateException.Type($"format_map needs a dict, not {PyType.Describe(a[1]!)}."), a[0] is Markup).Run(Self(a)))),
        Builtin.Method("encode", "encoding? errors?", (_, a) => Encode(Self(a), a[1])),
        Builtin.Method("translate", "table /", (_, a) => Like(a[0]!, Translate(Self(a), a[1]!))),
    ];

    public static string Self(object?[] arguments) => PyText.Raw(arguments[0]!)!;

    /// <summary>A result that is markup where the method's own text is.</summary>
    public static object Like(object self, string result) => self is Markup ? new Markup(result) : result;

    /// <summary>Python's <c>replace</c>; an empty text stands before every character and at the end.</summary>
    public static string Replace(RenderState state, string text, string old, string replacement, int count)
    {
        if (count == 0)
        {
            return text;
        }

        var result = new System.Text.StringBuilder(text.Length);
        var limit = count < 0 ? int.MaxValue : count;
        if (old.Length == 0)
        {
            var at = 0;
            foreach (var character in PyText.CharacterTexts(text))
            {
                result.Append(at++ < limit ? replacement : "").Append(character);
                state.RequireCharacters(result.Length);
            }

            return result.Append(at < limit ? replacement : "").ToString();
        }

        var from = 0;
        for (var found = text.IndexOf(old, StringComparison.Ordinal); found >= 0 && limit > 0; found = text.IndexOf(old, from, StringComparison.Ordinal), limit--)
        {
            result.Append(text, from, found - from).Append(replacement);
            state.RequireCharacters(result.Length);
            from = found + old.Length;
        }

        return from == 0 ? text : result.Append(text, from, text.Length - from).ToString();
    }

    public static string Trim(string text, object? characters, bool left, bool right)
    {
        Func<string, bool> taken = Parameters.IsMissing(characters)
            ? PyText.IsSpace
            : PyText.CharacterTexts(PyText.Require(characters!, "The characters to strip")).Contains;
        if (PyText.HasSurrogates(text))
        {
            var all = PyText.CharacterTexts(text);
            var first = left ? all.FindIndex(character => !taken(character)) : 0;
            var last = right ? all.FindLastIndex(character => !taken(character)) : all.Count - 1;
            return first < 0 || last < 0 ? "" : string.Concat(all[first..(last + 1)]);
        }

        var (start, end) = (0, text.Length);
        while (left && start < end && taken(PyText.Character(text[start])))
        {
            start++;
        }

        while (right && end > start && taken(PyText.Character(text[end - 1])))
        {
            end--;
        }

        return text[start..end];
    }

    private static string Without(string text, string affix, bool atEnd) => atEnd
        ? text.EndsWith(affix, StringComparison.Ordinal) ? text[..^affix.Length] : text
        : text.StartsWith(affix, StringComparison.Ordinal) ? text[affix.Length..] : text;

    /// <summary>Text to put into another: escaped where the other is markup.</summary>
    private static string Inserted(object self, object value, string what)
    {
        var text = PyText.Require(value, what);
        return self is Markup ? Markup.Escape(value) : text;
    }

    private static Builtin Map(string name, Func<string, string> map) => Builtin.Method(name, "", (_, a) => Like(a[0]!, map(Self(a))));

    private static Builtin Is(string name, Func<string, bool> test) => Builtin.Method(name, "", (_, a) => Boxed.Of(test(Self(a))));

    private static Builtin Strip(string name, bool left, bool right) =>
        Builtin.Method(name, "chars? /", (_, a) => Like(a[0]!, Trim(Self(a), a[1], left, right)));

    private static object Join(RenderState state, object self, object items)
    {
        var texts = new List<string>();
        var length = 0L;
        foreach (var item in PyIteration.Items(state, items))
        {
            texts.Add(self is Markup ? Markup.Escape(item) : PyText.Raw(item)
                ?? throw TemplateException.Type($"join takes texts only, not {PyType.Describe(item)}; the join filter converts."));
            length += texts[^1].Length;
            state.RequireCharacters(length);
        }

        var separator = PyText.Raw(self)!;
        state.RequireCharacters(length + ((long)separator.Length * texts.Count));
        return Like(self, string.Join(separator, texts));
    }

    private static PyBytes Encode(string text, object? encoding)
    {
        var name = encoding is null ? "utf-8" : PyText.Require(encoding, "The encoding").ToLowerInvariant().Replace('_', '-');
        return name switch
        {
            "utf-8" or "utf8" => new PyBytes(System.Text.Encoding.UTF8.GetBytes(text)),
            "ascii" or "us-ascii" when System.Text.Ascii.IsValid(text) => new PyBytes(System.Text.Encoding.ASCII.GetBytes(text)),
            "latin-1" or "latin1" or "iso-8859-1" when text.All(unit => unit < 256) => new PyBytes(System.Text.Encoding.Latin1.GetBytes(text)),
            _ => throw TemplateException.Value($"The text cannot be encoded as '{name}'; use utf-8."),
        };
    }

    private static string Translate(string text, object table)
    {
        if (table is not PyDict map)
        {
            throw TemplateException.Type($"translate needs a dict, not {PyType.Describe(table)}.");
        }

        return string.Concat(PyText.CodePoints(text).Select(codePoint => map.Find(Boxed.Of((long)codePoint)) switch
        {
            null => PyText.Character(codePoint),
            None => "",
            long number => PyText.Character((System.Numerics.BigInteger)number),
            var other => PyText.Require(other, "A replacement of translate"),
        }));
    }
}
