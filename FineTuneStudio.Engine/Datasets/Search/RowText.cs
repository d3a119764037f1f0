using System.Globalization;
using System.Text;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Search;

/// <summary>A row's bytes as characters, with the escapes of its container undone, so that a text is found however it was written.</summary>
/// <remarks>For one thread; the characters are valid until the next call.</remarks>
internal sealed class RowText(DatasetContainer container)
{
    private char[] _characters = [];

    /// <summary>The characters; bytes that are no UTF-8 become U+FFFD.</summary>
    public ReadOnlySpan<char> Read(ReadOnlySpan<byte> row)
    {
        if (_characters.Length < row.Length)
        {
            _characters = new char[Math.Max(row.Length, 2 * _characters.Length)];
        }

        var text = _characters.AsSpan(0, Encoding.UTF8.GetChars(row, _characters));
        return container == DatasetContainer.DelimitedText ? Undouble(text) : Unescape(text);
    }

    // Undone escapes are never longer than what they stand for, so the text shrinks in place.
    private static Span<char> Unescape(Span<char> text)
    {
        var read = text.IndexOf('\\');
        if (read < 0)
        {
            return text;
        }

        var written = read;
        while (true)
        {
            var next = text[read..].IndexOf('\\');
            var plain = next < 0 ? text.Length - read : next;
            text.Slice(read, plain).CopyTo(text[written..]);
            (read, written) = (read + plain, written + plain);
            if (read + 1 >= text.Length)
            {
                break;
            }

            if (text[read + 1] == 'u' && read + 6 <= text.Length
                && ushort.TryParse(text.Slice(read + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
            {
                text[written++] = (char)unit;
                read += 6;
                continue;
            }

            text[written++] = text[read + 1] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', var other => other };
            read += 2;
        }

        return text[..written];
    }

    private static Span<char> Undouble(Span<char> text)
    {
        var written = text.IndexOf("\"\"");
        if (written < 0)
        {
            return text;
        }

        for (var read = written; read < text.Length; read++)
        {
            text[written++] = text[read];
            read += text[read] == '"' && read + 1 < text.Length && text[read + 1] == '"' ? 1 : 0;
        }

        return text[..written];
    }
}
