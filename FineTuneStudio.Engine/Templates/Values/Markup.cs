using System.Text;

namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Text that counts as HTML already: what is joined to it gets escaped (<c>safe</c>, <c>escape</c>).</summary>
internal sealed class Markup(string text)
{
    public string Text { get; } = text;

    public override string ToString() => Text;

    /// <summary>Escapes a text for HTML; markup stays as it is.</summary>
    public static string Escape(object value) => value is Markup markup ? markup.Text : Escape(PyText.Str(value));

    private static string Escape(string text)
    {
        if (text.AsSpan().IndexOfAny("&<>'\"") < 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 16);
        foreach (var unit in text)
        {
            _ = unit switch
            {
                '&' => result.Append("&amp;"),
                '<' => result.Append("&lt;"),
                '>' => result.Append("&gt;"),
                '\'' => result.Append("&#39;"),
                '"' => result.Append("&#34;"),
                _ => result.Append(unit),
            };
        }

        return result.ToString();
    }
}
