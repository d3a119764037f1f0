using System.Globalization;
using System.Text;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Syntax;

/// <summary>The backslash escapes of a string literal, as Python's <c>unicode-escape</c> reads them.</summary>
internal static class StringEscapes
{
    public static string Decode(string text, int line)
    {
        var at = text.IndexOf('\\', StringComparison.Ordinal);
        if (at < 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length).Append(text, 0, at);
        while (at < text.Length)
        {
            if (text[at] != '\\' || at + 1 >= text.Length)
            {
                result.Append(text[at++]);
                continue;
            }

            at = One(text, at + 1, result, line);
        }

        return result.ToString();
    }

    private static int One(string text, int at, StringBuilder result, int line)
    {
        var unit = text[at];
        switch (unit)
        {
            case '\n':
                return at + 1;
            case 'x':
                return Hexadecimal(text, at + 1, 2, result, line);
            case 'u':
                return Hexadecimal(text, at + 1, 4, result, line);
            case 'U':
                return Hexadecimal(text, at + 1, 8, result, line);
            case 'N':
                return Named(text, at + 1, result, line);
            case >= '0' and <= '7':
                var end = at;
                var value = 0;
                while (end < text.Length && end < at + 3 && text[end] is >= '0' and <= '7')
                {
                    value = (value * 8) + text[end++] - '0';
                }

                result.Append((char)value);
                return end;
        }

        var simple = "\\'\"abfnrtv".IndexOf(unit, StringComparison.Ordinal);
        if (simple >= 0)
        {
            result.Append("\\'\"\a\b\f\n\r\t\v"[simple]);
        }
        else if (unit < 128)
        {
            result.Append('\\').Append(unit);
        }
        else
        {
            // The reference writes such a character as an escape of its own first, whose backslash the one before it then eats.
            result.Append(CultureInfo.InvariantCulture, $"\\{(unit < 256 ? $"x{(int)unit:x2}" : $"u{(int)unit:x4}")}");
        }

        return at + 1;
    }

    private static int Hexadecimal(string text, int at, int count, StringBuilder result, int line)
    {
        if (at + count > text.Length
            || !uint.TryParse(text.AsSpan(at, count), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var codePoint)
            || codePoint > 0x10FFFF)
        {
            throw new TemplateException(TemplateFaultKind.Syntax, $"A string has a broken escape; it needs {count} hexadecimal digits of a character.", line);
        }

        result.Append(PyText.Character((int)codePoint));
        return at + count;
    }

    private static int Named(string text, int at, StringBuilder result, int line)
    {
        var close = at < text.Length && text[at] == '{' ? text.IndexOf('}', at) : -1;
        if (close < 0 || CharacterNames.Find(text[(at + 1)..close]) is not { } character)
        {
            throw new TemplateException(
                TemplateFaultKind.Syntax, "A string names a character (\\N{...}) that is not known here; write the character itself or its \\u code.", line);
        }

        result.Append(character);
        return close + 1;
    }
}
