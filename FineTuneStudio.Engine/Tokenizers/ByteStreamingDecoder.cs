using System.Text;

namespace FineTuneStudio.Engine.Tokenizers;

/// <summary>Streams tokens that are bytes: a character is shown when its last byte is there.</summary>
internal sealed class ByteStreamingDecoder(ByteStreamingDecoder.BytesOfToken bytesOf) : StreamingDecoder
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    /// <summary>The bytes of a token, none where it is left out.</summary>
    internal delegate ReadOnlySpan<byte> BytesOfToken(int id);

    /// <inheritdoc/>
    public override string Push(int id) => Convert(bytesOf(id), flush: false);

    /// <inheritdoc/>
    public override string Finish() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        Span<char> text = stackalloc char[256];
        var count = _decoder.GetCharCount(bytes, flush);
        text = count <= text.Length ? text : new char[count];
        return new string(text[.._decoder.GetChars(bytes, text, flush)]);
    }
}
