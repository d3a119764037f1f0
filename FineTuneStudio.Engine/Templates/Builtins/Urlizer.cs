using System.Text.RegularExpressions;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>The <c>urlize</c> filter: makes links of addresses in a text.</summary>
internal static partial class Urlizer
{
    public static string Run(RenderState state, object?[] a)
    {
        var limit = Parameters.IntOrNone(a[1], int.MaxValue, "urlize's limit");
        var relations = (Parameters.IsMissing(a[4]) ? "" : PyText.Require(a[4]!, "urlize's rel")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Append("noopener");
        if (Parameters.Flag(a[2]))
        {
            relations = relations.Append("nofollow");
        }

        var attributes = $" rel=\"{Markup.Escape(string.Join(" ", relations.Distinct().Order(StringComparer.Ordinal)))}\"";
        if (!Parameters.IsMissing(a[3]))
        {
            attributes += $" target=\"{Markup.Escape(a[3]!)}\"";
        }

        var schemes = Parameters.IsMissing(a[5]) ? [] : PyIteration.ToList(state, a[5]!).ConvertAll(scheme => PyText.Require(scheme, "A scheme"));
        if (schemes.Find(scheme => !Scheme().IsMatch(scheme)) is { } wrong)
        {
            throw new TemplateException(TemplateFaultKind.Runtime, $"{PyText.Repr(wrong)} is no scheme of an address; one ends in ':' or '://'.");
        }

        return string.Concat(Words().Split(Markup.Escape(a[0]!)).Select(word => Link(word, limit, attributes, schemes)));
    }

    private static string Link(string word, int limit, string attributes, List<string> schemes)
    {
        var head = Head().Match(word).Value;
        var middle = word[head.Length..];
        var tail = Tail().Match(middle).Value;
        middle = middle[..^tail.Length];
        foreach (var (open, close) in ((string, string)[])[("(", ")"), ("<", ">"), ("&lt;", "&gt;")])
        {
            var opened = Count(middle, open);
            if (opened <= Count(middle, close))
            {
                continue;
            }

            // A bracket that the address itself opened belongs to the address.
            for (var i = Math.Min(opened, Count(tail, close)); i > 0; i--)
            {
                var end = tail.IndexOf(close, StringComparison.Ordinal) + close.Length;
                middle += tail[..end];
                tail = tail[end..];
            }
        }

        return head + Middle(middle, limit, attributes, schemes) + tail;
    }

    private static string Middle(string text, int limit, string attributes, List<string> schemes)
    {
        if (Address().IsMatch(text))
        {
            var hasScheme = text.StartsWith("https://", StringComparison.Ordinal) || text.StartsWith("http://", StringComparison.Ordinal);
            var shown = text.Length > limit ? text[..limit] + "..." : text;
            return $"<a href=\"{(hasScheme ? "" : "https://")}{text}\"{attributes}>{shown}</a>";
        }

        if (text.StartsWith("mailto:", StringComparison.Ordinal) && Mail().IsMatch(text[7..]))
        {
            return $"<a href=\"{text}\">{text[7..]}</a>";
        }

        if (text.Contains('@', StringComparison.Ordinal) && !text.StartsWith("www.", StringComparison.Ordinal) && text[0] != '@'
            && !text.Contains(':', StringComparison.Ordinal) && Mail().IsMatch(text))
        {
            return $"<a href=\"mailto:{text}\">{text}</a>";
        }

        foreach (var scheme in schemes)
        {
            if (text != scheme && text.StartsWith(scheme, StringComparison.Ordinal))
            {
                text = $"<a href=\"{text}\"{attributes}>{text}</a>";
            }
        }

        return text;
    }

    private static int Count(string text, string part) => (text.Length - text.Replace(part, "", StringComparison.Ordinal).Length) / part.Length;

    [GeneratedRegex(@"(\s+)")]
    private static partial Regex Words();

    [GeneratedRegex(@"^(?:[(<]|&lt;)*")]
    private static partial Regex Head();

    [GeneratedRegex(@"(?:[)>.,\n]|&gt;)*\z")]
    private static partial Regex Tail();

    [GeneratedRegex(@"^([\w.+-]{2,}:(/){0,2})\z")]
    private static partial Regex Scheme();

    [GeneratedRegex(@"^\S+@\w[\w.-]*\.\w+$")]
    private static partial Regex Mail();

    [GeneratedRegex(
        @"^((https?://|www\.)(([\w%-]+\.)+)?([a-z]{2,63}|xn--[\w%]{2,59})|([\w%-]{2,63}\.)+(com|net|int|edu|gov|org|info|mil)|(https?://)((([\d]{1,3})(\.[\d]{1,3}){3})|(\[([\da-f]{0,4}:){2}([\da-f]{0,4}:?){1,6}])))(?::[\d]{1,5})?(?:[/?#]\S*)?$",
        RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
