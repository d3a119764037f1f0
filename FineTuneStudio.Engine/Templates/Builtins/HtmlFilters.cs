using System.Buffers;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Filters for HTML and addresses.</summary>
internal static partial class HtmlFilters
{
    private static readonly SearchValues<char> EndsName = SearchValues.Create(" \t\n\r\f\v/>=");

    public static IEnumerable<Builtin> All =>
    [
        new("escape", "s /", (_, a) => new Markup(Markup.Escape(a[0]!))),
        new("e", "s /", (_, a) => new Markup(Markup.Escape(a[0]!))),
        new("forceescape", "value", (_, a) => new Markup(Markup.Escape(PyText.Str(a[0]!)))),
        new("safe", "value", (_, a) => a[0] is Markup ? a[0]! : new Markup(PyText.Str(a[0]!))),
        new("striptags", "value", (_, a) => StripTags(PyText.Str(a[0]!))),
        new("xmlattr", "d autospace?", XmlAttributes),
        new("urlencode", "value", UrlEncode),
        new("urlize", "value trim_url_limit? nofollow? target? rel? extra_schemes?", (state, a) => state.Captured(Urlizer.Run(state, a))),
    ];

    /// <summary>A text for use in an address.</summary>
    public static string Quote(string text, bool forQuery)
    {
        var result = new StringBuilder(text.Length);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            _ = (char)value switch
            {
                (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '.' or '-' or '~' => result.Append((char)value),
                '/' when !forQuery => result.Append('/'),
                ' ' when forQuery => result.Append('+'),
                _ => result.Append('%').Append(Convert.ToHexString([value])),
            };
        }

        return result.ToString();
    }

    private static string StripTags(string text)
    {
        text = RemoveBetween(text, "<!--", "-->");
        text = RemoveBetween(text, "<", ">");
        return WebUtility.HtmlDecode(Space().Replace(text, " ").Trim(' '));
    }

    private static string RemoveBetween(string text, string open, string close)
    {
        var result = new StringBuilder(text.Length);
        var from = 0;
        while (true)
        {
            var start = text.IndexOf(open, from, StringComparison.Ordinal);
            var end = start < 0 ? -1 : text.IndexOf(close, start, StringComparison.Ordinal);
            if (end < 0)
            {
                return result.Append(text, from, text.Length - from).ToString();
            }

            result.Append(text, from, start - from);
            from = end + close.Length;
        }
    }

    private static object XmlAttributes(RenderState state, object?[] a)
    {
        if (a[0] is not PyDict dict)
        {
            throw a[0] is Undefined undefined ? undefined.Fault() : TemplateException.Type($"xmlattr needs a dict, not {PyType.Describe(a[0]!)}.");
        }

        var parts = new List<string>();
        foreach (var (key, value) in dict.Entries)
        {
            if (value is None or Undefined)
            {
                continue;
            }

            var name = PyText.Require(key, "An attribute's name");
            if (name.AsSpan().ContainsAny(EndsName))
            {
                throw TemplateException.Value($"{PyText.Repr(name)} cannot be an attribute's name: it has a character that ends names.");
            }

            parts.Add($"{Markup.Escape(key)}=\"{Markup.Escape(value)}\"");
        }

        var text = string.Join(" ", parts);
        return state.Captured(text.Length > 0 && Parameters.Flag(a[1], missing: true) ? " " + text : text);
    }

    private static string UrlEncode(RenderState state, object?[] a)
    {
        var value = a[0]!;
        if (value is string or Markup || !PyIteration.IsIterable(value))
        {
            return Quote(PyText.Str(value), forQuery: false);
        }

        var pairs = value is PyDict dict ? new PyDictView(dict, PyDictViewKind.Items) : value;
        return string.Join("&", PyIteration.Items(state, pairs).Select(pair =>
        {
            var parts = PyIteration.Unpack(state, pair, 2);
            return $"{Quote(PyText.Str(parts[0]), forQuery: true)}={Quote(PyText.Str(parts[1]), forQuery: true)}";
        }));
    }

    [GeneratedRegex(@"[\s\x1C-\x1F]+")]
    private static partial Regex Space();
}
