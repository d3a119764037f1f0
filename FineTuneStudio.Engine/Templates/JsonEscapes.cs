using System.Globalization;
using System.Text;

namespace FineTuneStudio.Engine.Templates;

/// <summary>Reads a JSON string literal unit by unit, so that half a surrogate pair stays what it is.</summary>
internal static class JsonEscapes
{
    /// <param name="literal">The literal with its quotes; known to be valid JSON.</param>
    public static string Decode(string literal)
    {
        var result = new StringBuilder(literal.Length);
        for (var at = 1; at < literal.Length - 1; at++)
        {
            if (literal[at] != '\\')
            {
                result.Append(literal[at]);
                continue;
            }

            at++;
            if (literal[at] == 'u')
            {
                result.Append((char)ushort.Parse(literal.AsSpan(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                at += 4;
                continue;
            }

            result.Append(literal[at] switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                var unit => unit,
            });
        }

        return result.ToString();
    }
}
