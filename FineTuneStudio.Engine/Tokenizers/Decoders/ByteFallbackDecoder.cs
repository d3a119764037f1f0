using System.Globalization;
using System.Text;

namespace FineTuneStudio.Engine.Tokenizers.Decoders;

/// <summary>Tokens such as <c>&lt;0x0A&gt;</c> back to bytes; a run of them that is no UTF-8 becomes U+FFFD for every byte of the run.</summary>
internal sealed class ByteFallbackDecoder : Decoder
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public override List<string> Apply(List<string> pieces)
    {
        List<string> result = new(pieces.Count);
        List<byte> run = [];
        foreach (var piece in pieces)
        {
            if (ByteOf(piece) is { } value)
            {
                run.Add(value);
                continue;
            }

            Flush(run, result);
            result.Add(piece);
        }

        Flush(run, result);
        return result;
    }

    /// <summary>The byte that a token stands for, or <c>null</c>.</summary>
    public static byte? ByteOf(string token)
        => token is ['<', '0', 'x', _, _, '>'] && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    /// <summary>The text of a run of byte tokens.</summary>
    public static string TextOf(List<byte> run)
    {
        try
        {
            return Strict.GetString([.. run]);
        }
        catch (DecoderFallbackException)
        {
            return new string('\uFFFD', run.Count);
        }
    }

    private static void Flush(List<byte> run, List<string> result)
    {
        if (run.Count > 0)
        {
            result.Add(TextOf(run));
            run.Clear();
        }
    }
}
