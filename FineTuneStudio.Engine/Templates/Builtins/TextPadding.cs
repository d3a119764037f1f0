using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Methods of text that fill it up to a width.</summary>
internal static class TextPadding
{
    public static IEnumerable<Builtin> All =>
    [
        Pad("center", Center),
        Pad("ljust", (text, missing, fill) => text + Repeat(fill, missing)),
        Pad("rjust", (text, missing, fill) => Repeat(fill, missing) + text),
        Builtin.Method("zfill", "width /", (state, a) =>
        {
            var text = TextMethods.Self(a);
            var width = Parameters.Int(a[1], 0, "The width");
            state.RequireCharacters(width);
            var missing = Math.Max(0, width - PyText.Length(text));
            var sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
            return TextMethods.Like(a[0]!, text[..sign] + new string('0', missing) + text[sign..]);
        }),
        new Builtin("expandtabs", "self tabsize?", (state, a) => TextMethods.Like(a[0]!, ExpandTabs(state, TextMethods.Self(a), Parameters.Int(a[1], 8, "The tab size")))),
    ];

    /// <summary>Python's <c>center</c>, which puts an odd blank to the left only of an odd width.</summary>
    public static string Center(string text, int missing, string fill)
    {
        var width = missing + PyText.Length(text);
        var left = (missing / 2) + (missing & width & 1);
        return Repeat(fill, left) + text + Repeat(fill, missing - left);
    }

    private static Builtin Pad(string name, Func<string, int, string, string> pad) => Builtin.Method(name, "width fillchar? /", (state, a) =>
    {
        var text = TextMethods.Self(a);
        var width = Parameters.Int(a[1], 0, "The width");
        state.RequireCharacters(width);
        var fill = a[2] is null ? " " : PyText.Require(a[2]!, "The fill character");
        if (PyText.Length(fill) != 1)
        {
            throw TemplateException.Type($"The fill character must be one character, not {PyText.Repr(fill)}.");
        }

        var missing = width - PyText.Length(text);
        return missing <= 0 ? a[0]! : TextMethods.Like(a[0]!, pad(text, missing, a[0] is Markup ? Markup.Escape((object)fill) : fill));
    });

    private static string Repeat(string fill, int count) => fill.Length == 1 ? new string(fill[0], count) : string.Concat(Enumerable.Repeat(fill, count));

    private static string ExpandTabs(RenderState state, string text, int size)
    {
        var result = new System.Text.StringBuilder(text.Length);
        var column = 0;
        foreach (var character in PyText.CharacterTexts(text))
        {
            if (character == "\t")
            {
                var blanks = size > 0 ? size - (column % size) : 0;
                state.RequireCharacters((long)result.Length + blanks);
                result.Append(' ', blanks);
                column += blanks;
                continue;
            }

            result.Append(character);
            column = character is "\n" or "\r" ? 0 : column + 1;
        }

        return result.ToString();
    }
}
