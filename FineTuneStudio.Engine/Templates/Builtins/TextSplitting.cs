using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Methods of text that take it apart.</summary>
internal static class TextSplitting
{
    public static IEnumerable<Builtin> All =>
    [
        new Builtin("split", "self sep? maxsplit?", (state, a) => List(state, a[0]!, Split(TextMethods.Self(a), a[1], Parameters.Int(a[2], -1, "maxsplit"), fromEnd: false))),
        new Builtin("rsplit", "self sep? maxsplit?", (state, a) => List(state, a[0]!, Split(TextMethods.Self(a), a[1], Parameters.Int(a[2], -1, "maxsplit"), fromEnd: true))),
        new Builtin("splitlines", "self keepends?", (state, a) => List(state, a[0]!, Lines(TextMethods.Self(a), Parameters.Flag(a[1])))),
        Builtin.Method("partition", "sep /", (_, a) => Partition(a, last: false)),
        Builtin.Method("rpartition", "sep /", (_, a) => Partition(a, last: true)),
    ];

    /// <summary>Python's <c>splitlines</c>, which knows more line ends than <c>\n</c>.</summary>
    public static List<string> Lines(string text, bool keepEnds)
    {
        var lines = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('\n' or '\r' or '\v' or '\f' or '\u001C' or '\u001D' or '\u001E' or '\u0085' or '\u2028' or '\u2029'))
            {
                continue;
            }

            var end = i + (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 2 : 1);
            lines.Add(text[start..(keepEnds ? end : i)]);
            start = end;
            i = end - 1;
        }

        if (start < text.Length)
        {
            lines.Add(text[start..]);
        }

        return lines;
    }

    private static List<string> Split(string text, object? separator, int most, bool fromEnd)
    {
        var limit = most < 0 ? int.MaxValue : most;
        if (Parameters.IsMissing(separator))
        {
            return fromEnd ? SpacesFromEnd(text, limit) : Spaces(text, limit);
        }

        var between = PyText.Require(separator!, "The separator");
        if (between.Length == 0)
        {
            throw TemplateException.Value("The separator is empty; the list filter takes a text apart into characters.");
        }

        return fromEnd ? SeparatedFromEnd(text, between, limit) : Separated(text, between, limit);
    }

    private static List<string> Separated(string text, string separator, int limit)
    {
        var parts = new List<string>();
        var start = 0;
        for (var at = text.IndexOf(separator, StringComparison.Ordinal); at >= 0 && parts.Count < limit; at = text.IndexOf(separator, start, StringComparison.Ordinal))
        {
            parts.Add(text[start..at]);
            start = at + separator.Length;
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static List<string> SeparatedFromEnd(string text, string separator, int limit)
    {
        var parts = new List<string>();
        var rest = text;
        for (var at = rest.LastIndexOf(separator, StringComparison.Ordinal); at >= 0 && parts.Count < limit; at = rest.LastIndexOf(separator, StringComparison.Ordinal))
        {
            parts.Add(rest[(at + separator.Length)..]);
            rest = rest[..at];
        }

        parts.Add(rest);
        parts.Reverse();
        return parts;
    }

    private static List<string> Spaces(string text, int limit)
    {
        var parts = new List<string>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && PyText.IsSpace(text[at]))
            {
                at++;
            }

            if (at == text.Length)
            {
                return parts;
            }

            if (parts.Count == limit)
            {
                parts.Add(TextMethods.Trim(text[at..], null, left: false, right: true));
                return parts;
            }

            var start = at;
            while (at < text.Length && !PyText.IsSpace(text[at]))
            {
                at++;
            }

            parts.Add(text[start..at]);
        }
    }

    private static List<string> SpacesFromEnd(string text, int limit)
    {
        var parts = new List<string>();
        var at = text.Length;
        while (true)
        {
            while (at > 0 && PyText.IsSpace(text[at - 1]))
            {
                at--;
            }

            if (at == 0)
            {
                break;
            }

            if (parts.Count == limit)
            {
                parts.Add(TextMethods.Trim(text[..at], null, left: true, right: false));
                break;
            }

            var end = at;
            while (at > 0 && !PyText.IsSpace(text[at - 1]))
            {
                at--;
            }

            parts.Add(text[at..end]);
        }

        parts.Reverse();
        return parts;
    }

    private static PyTuple Partition(object?[] a, bool last)
    {
        var text = TextMethods.Self(a);
        var separator = PyText.Require(a[1]!, "The separator");
        if (separator.Length == 0)
        {
            throw TemplateException.Value("The separator is empty.");
        }

        var at = last ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        string[] parts = at >= 0 ? [text[..at], separator, text[(at + separator.Length)..]] : last ? ["", "", text] : [text, "", ""];
        return new PyTuple(Array.ConvertAll(parts, part => TextMethods.Like(a[0]!, part)));
    }

    private static PyList List(RenderState state, object self, List<string> parts)
    {
        state.Step(parts.Count);
        return new PyList([.. parts.Select(part => TextMethods.Like(self, part))]) { MadeByTemplate = true };
    }
}
