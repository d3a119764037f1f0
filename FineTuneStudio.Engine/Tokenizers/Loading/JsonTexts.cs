using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>Reads the hundreds of thousands of short texts of a tokenizer.json without a string for each.</summary>
internal static class JsonTexts
{
    /// <summary>Units of a buffer that most texts fit into.</summary>
    public const int LongestOnStack = 256;

    /// <summary>The text of a JSON string: in the buffer where it is short and has no escapes.</summary>
    public static ReadOnlySpan<char> Read(JsonElement element, Span<char> buffer)
    {
        var raw = JsonMarshal.GetRawUtf8Value(element)[1..^1];
        return raw.Length <= buffer.Length && !raw.Contains((byte)'\\') && Encoding.UTF8.TryGetChars(raw, buffer, out var count)
            ? buffer[..count]
            : element.GetString();
    }
}
