using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Looks at JSON strings as they lie in the file, without unescaping them.</summary>
internal static class JsonText
{
    /// <summary>Rows that were checked may be as deep as the check allows.</summary>
    public static JsonDocumentOptions DocumentOptions { get; } = new() { MaxDepth = 512 };

    /// <summary>Reads a text that was found to be sound.</summary>
    /// <exception cref="JsonException">It is no JSON after all.</exception>
    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json, DocumentOptions);
        return document.RootElement.Clone();
    }

    /// <summary>Bytes of the longest piece of a row that a fault quotes.</summary>
    private const int QuotedBytes = 60;

    /// <summary>Characters (UTF-16 units, as .NET counts) of a string's raw bytes.</summary>
    /// <param name="raw">Valid UTF-8 between the quotes.</param>
    /// <param name="escaped">Whether there are escapes in it.</param>
    /// <param name="loneSurrogate">Position of half a surrogate pair, or -1.</param>
    public static long CountCharacters(ReadOnlySpan<byte> raw, bool escaped, out int loneSurrogate)
    {
        loneSurrogate = -1;
        long characters = Ascii.IsValid(raw) ? raw.Length : Encoding.UTF8.GetCharCount(raw);
        if (!escaped)
        {
            return characters;
        }

        var position = 0;
        while (true)
        {
            var next = raw[position..].IndexOf((byte)'\\');
            if (next < 0)
            {
                return characters;
            }

            position += next;
            if (raw[position + 1] != (byte)'u')
            {
                characters--;
                position += 2;
                continue;
            }

            characters -= 5;
            var unit = HexAt(raw, position);
            position += 6;
            if (unit is < 0xD800 or > 0xDFFF)
            {
                continue;
            }

            var paired = unit <= 0xDBFF && position + 6 <= raw.Length && raw[position] == (byte)'\\' && raw[position + 1] == (byte)'u'
                && HexAt(raw, position) is >= 0xDC00 and <= 0xDFFF;
            if (!paired)
            {
                loneSurrogate = position - 6;
                continue;
            }

            characters -= 5;
            position += 6;
        }
    }

    /// <summary>Whether a string holds nothing but blanks.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> raw)
    {
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == (byte)'\\' && i + 1 < raw.Length && raw[i + 1] is (byte)'n' or (byte)'t' or (byte)'r')
            {
                i++;
            }
            else if (raw[i] > (byte)' ')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Bytes for a person: control characters and bad bytes shown as such, cut to a readable length, in quotes.</summary>
    public static string Quote(ReadOnlySpan<byte> bytes)
    {
        var cut = bytes.Length > QuotedBytes;
        var shown = cut ? bytes[..QuotedBytes] : bytes;
        while (cut && shown.Length > 0 && (bytes[shown.Length] & 0xC0) == 0x80)
        {
            shown = shown[..^1];
        }

        var text = new StringBuilder("\"");
        foreach (var rune in Encoding.UTF8.GetString(shown).EnumerateRunes())
        {
            _ = rune.Value < 0x20 || rune.Value == 0x7F ? text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:X2}") : text.Append(rune);
        }

        return text.Append(cut ? "…\"" : "\"").ToString();
    }

    /// <summary>A token for a person: <c>the number 3</c>, <c>an object</c>, <c>"abc"</c>.</summary>
    public static string Describe(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.Null => "null",
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.Number => $"the number {Encoding.ASCII.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, 32)])}",
        _ => $"the text {Quote(reader.ValueSpan)}",
    };

    private static int HexAt(ReadOnlySpan<byte> raw, int position)
        => Utf8Parser.TryParse(raw.Slice(position + 2, 4), out ushort unit, out _, 'x') ? unit : 0;
}
