using System.Text;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Filters that work on text.</summary>
internal static class TextFilters
{
    private const int TruncateLeeway = 5;

    public static IEnumerable<Builtin> All =>
    [
        Map("upper", "s", UnicodeText.Upper),
        Map("lower", "s", UnicodeText.Lower),
        Map("capitalize", "s", UnicodeText.Capitalize),
        Map("title", "s", Title),
        new("string", "object /", (_, a) => Soft(a[0]!)),
        new("trim", "value chars?", (_, a) => TextMethods.Like(a[0]!, TextMethods.Trim(PyText.Str(a[0]!), a[1], left: true, right: true))),
        new("replace", "s old new count?", Replace),
        new("center", "value width?", (state, a) =>
        {
            var text = PyText.Str(a[0]!);
            var width = Parameters.Int(a[1], 80, "center's width");
            state.RequireCharacters(width);
            var missing = width - PyText.Length(text);
            return TextMethods.Like(a[0]!, missing <= 0 ? text : TextPadding.Center(text, missing, " "));
        }),
        new("indent", "s width? first? blank?", Indent),
        new("truncate", "s length? killwords? end? leeway?", Truncate),
        new("wordwrap", "s width? break_long_words? wrapstring? break_on_hyphens?", (_, a) => WordWrap(a)),
        new("wordcount", "s", (_, a) => Boxed.Of(CountWords(PyText.Str(a[0]!)))),
        new("format", "value *args **kwargs", (state, a) => Format(state, a[0]!, (PyTuple)a[1]!, (PyDict)a[2]!)),
        new("tojson", "x ensure_ascii? indent? separators? sort_keys?", ToJson),
        new("pprint", "value", (_, a) => new PrettyPrinter().Format(a[0]!)),
    ];

    /// <summary>markupsafe's <c>soft_str</c>: text, and markup where it is.</summary>
    public static object Soft(object value) => value is string or Markup ? value : PyText.Str(value);

    private static Builtin Map(string name, string signature, Func<string, string> map) =>
        new(name, signature, (_, a) => TextMethods.Like(a[0]!, map(PyText.Str(a[0]!))));

    private static object Replace(RenderState state, object?[] a)
    {
        var count = Parameters.IntOrNone(a[3], -1, "replace's count");
        if (!state.AutoEscape)
        {
            return TextMethods.Replace(state, PyText.Str(a[0]!), PyText.Str(a[1]!), PyText.Str(a[2]!), count);
        }

        var text = a[1] is Markup || (a[2] is Markup && a[0] is not Markup) ? new Markup(Markup.Escape(a[0]!)) : Soft(a[0]!);
        var replacement = text is Markup ? Markup.Escape(a[2]!) : PyText.Str(a[2]!);
        return TextMethods.Like(text, TextMethods.Replace(state, PyText.Raw(text)!, PyText.Str(a[1]!), replacement, count));
    }

    /// <summary>jinja2's title case: words begin after white space, a hyphen or an opening bracket.</summary>
    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var word = new StringBuilder();
        foreach (var unit in text + "\0")
        {
            if (unit != '\0' && !PyText.IsSpace(unit) && unit is not ('-' or '(' or '{' or '[' or '<'))
            {
                word.Append(unit);
                continue;
            }

            if (word.Length > 0)
            {
                var whole = word.ToString();
                var first = PyText.At(whole, 0)!;
                result.Append(UnicodeText.Upper(first)).Append(UnicodeText.Lower(whole[first.Length..]));
                word.Clear();
            }

            result.Append(unit);
        }

        return result.ToString(0, result.Length - 1);
    }

    private static object Indent(RenderState state, object?[] a)
    {
        var text = PyText.Require(a[0]!, "What indent works on");
        string indentation;
        if (a[1] is not null && PyText.Raw(a[1]!) is { } given)
        {
            indentation = given;
        }
        else
        {
            var width = Parameters.Int(a[1], 4, "indent's width");
            state.RequireCharacters(width);
            indentation = new string(' ', Math.Max(0, width));
        }

        var blank = Parameters.Flag(a[3]);
        var lines = TextSplitting.Lines(text + "\n", keepEnds: false);
        var result = new StringBuilder(Parameters.Flag(a[2]) ? indentation : "");
        for (var i = 0; i < lines.Count; i++)
        {
            if (i > 0)
            {
                result.Append('\n').Append(blank || lines[i].Length > 0 ? indentation : "");
            }

            result.Append(lines[i]);
            state.RequireCharacters(result.Length);
        }

        return TextMethods.Like(a[0]!, result.ToString());
    }

    private static object Truncate(RenderState state, object?[] a)
    {
        var length = Parameters.Int(a[1], 255, "truncate's length");
        var end = a[3] is null ? "..." : PyText.Require(a[3]!, "truncate's end");
        var leeway = Parameters.IntOrNone(a[4], TruncateLeeway, "truncate's leeway");
        var endLength = PyText.Length(end);
        if (length < endLength || leeway < 0)
        {
            throw new TemplateException(TemplateFaultKind.Runtime, $"truncate's length must be {endLength} at least, and its leeway not negative.");
        }

        if (PyIteration.LengthOf(a[0]!) <= (long)length + leeway)
        {
            return a[0]!;
        }

        var text = PyText.Require(a[0]!, "What truncate works on");

        var kept = text[..PyText.ToUnits(text, length - endLength)];
        if (!Parameters.Flag(a[2]))
        {
            var blank = kept.LastIndexOf(' ');
            kept = blank < 0 ? kept : kept[..blank];
        }

        return TextMethods.Like(a[0]!, kept + end);
    }

    private static string WordWrap(object?[] a)
    {
        var text = PyText.Require(a[0]!, "What wordwrap works on");
        var width = Parameters.Int(a[1], 79, "wordwrap's width");
        var breakLong = Parameters.Flag(a[2], missing: true);
        var between = Parameters.IsMissing(a[3]) ? "\n" : PyText.Require(a[3]!, "wordwrap's wrapstring");
        var wrapper = new TextWrapper(width, breakLong, Parameters.Flag(a[4], missing: true));
        return string.Join(between, TextSplitting.Lines(text, keepEnds: false).Select(line => string.Join(between, wrapper.Wrap(line))));
    }

    private static long CountWords(string text)
    {
        var (count, inWord) = (0L, false);
        foreach (var codePoint in PyText.CodePoints(text))
        {
            var isWord = codePoint == '_' || UnicodeText.IsAlphanumeric(codePoint);
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }

        return count;
    }

    private static object Format(RenderState state, object value, PyTuple positional, PyDict named)
    {
        if (positional.Items.Length > 0 && named.Count > 0)
        {
            throw new TemplateException(TemplateFaultKind.Runtime, "format takes plain or named values, not both.");
        }

        return PercentFormat.Apply(state, Soft(value), named.Count > 0 ? named : positional);
    }

    private static string ToJson(RenderState state, object?[] a)
    {
        string? indent = null;
        if (!Parameters.IsMissing(a[2]))
        {
            indent = PyText.Raw(a[2]!) ?? new string(' ', Math.Clamp(Parameters.Int(a[2], 0, "tojson's indent"), 0, 1000));
        }

        var (item, key) = (indent is null ? ", " : ",", ": ");
        if (!Parameters.IsMissing(a[3]))
        {
            var separators = PyIteration.Unpack(state, a[3]!, 2);
            (item, key) = (PyText.Require(separators[0], "tojson's separator"), PyText.Require(separators[1], "tojson's separator"));
        }

        return new PyJson(state, Parameters.Flag(a[1]), indent, item, key, Parameters.Flag(a[4])).Run(a[0]!);
    }
}
