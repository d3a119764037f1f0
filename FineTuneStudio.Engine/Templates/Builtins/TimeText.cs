using System.Globalization;
using System.Text;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Python's <c>strftime</c> in the C locale, with glibc's flags (<c>%-d</c>, <c>%_d</c>, <c>%^a</c>).</summary>
internal static class TimeText
{
    public static string Format(DateTimeOffset time, string format)
    {
        var result = new StringBuilder(format.Length + 16);
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 >= format.Length)
            {
                result.Append(format[at]);
                continue;
            }

            var first = at++;
            while (at < format.Length - 1 && format[at] is '-' or '_' or '0' or '^' or '#')
            {
                at++;
            }

            var flags = format[(first + 1)..at];
            var text = Field(time, format[at]);
            result.Append(text is null ? format[first..(at + 1)] : Apply(flags, text, format[at]));
        }

        return result.ToString();
    }

    private static string? Field(DateTimeOffset time, char directive)
    {
        var invariant = CultureInfo.InvariantCulture;
        return directive switch
        {
            'a' => time.ToString("ddd", invariant),
            'A' => time.ToString("dddd", invariant),
            'b' or 'h' => time.ToString("MMM", invariant),
            'B' => time.ToString("MMMM", invariant),
            'c' => Format(time, "%a %b %e %H:%M:%S %Y"),
            'C' => Two(time.Year / 100),
            'd' => Two(time.Day),
            'D' or 'x' => Format(time, "%m/%d/%y"),
            'e' => time.Day.ToString(invariant).PadLeft(2),
            'f' => time.ToString("ffffff", invariant),
            'F' => Format(time, "%Y-%m-%d"),
            'g' => Two(ISOWeek.GetYear(time.DateTime) % 100),
            'G' => ISOWeek.GetYear(time.DateTime).ToString(invariant),
            'H' => Two(time.Hour),
            'I' => Two(TwelveHours(time)),
            'j' => time.DayOfYear.ToString("000", invariant),
            'k' => time.Hour.ToString(invariant).PadLeft(2),
            'l' => TwelveHours(time).ToString(invariant).PadLeft(2),
            'm' => Two(time.Month),
            'M' => Two(time.Minute),
            'n' => "\n",
            'p' => time.Hour < 12 ? "AM" : "PM",
            'P' => time.Hour < 12 ? "am" : "pm",
            'r' => Format(time, "%I:%M:%S %p"),
            'R' => Format(time, "%H:%M"),
            's' => time.ToUnixTimeSeconds().ToString(invariant),
            'S' => Two(time.Second),
            't' => "\t",
            'T' or 'X' => Format(time, "%H:%M:%S"),
            'u' => (((int)time.DayOfWeek + 6) % 7 + 1).ToString(invariant),
            'U' => Two((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7),
            'V' => Two(ISOWeek.GetWeekOfYear(time.DateTime)),
            'w' => ((int)time.DayOfWeek).ToString(invariant),
            'W' => Two((time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7),
            'y' => Two(time.Year % 100),
            'Y' => time.Year.ToString(invariant),
            'z' or 'Z' => "",
            '%' => "%",
            _ => null,
        };
    }

    private static string Apply(string flags, string text, char directive)
    {
        foreach (var flag in flags)
        {
            text = flag switch
            {
                '-' => Unpadded(text),
                '_' => Unpadded(text).PadLeft(text.Length),
                '0' => directive is 'e' or 'k' or 'l' ? text.Replace(' ', '0') : text,
                '^' => text.ToUpperInvariant(),
                _ => directive == 'p' ? text.ToLowerInvariant() : text.ToUpperInvariant(),
            };
        }

        return text;
    }

    private static string Unpadded(string text)
    {
        var trimmed = text.TrimStart('0', ' ');
        return trimmed.Length == 0 && text.Length > 0 ? "0" : trimmed;
    }

    private static string Two(int number) => number.ToString("00", CultureInfo.InvariantCulture);

    private static int TwelveHours(DateTimeOffset time) => (time.Hour + 11) % 12 + 1;
}
