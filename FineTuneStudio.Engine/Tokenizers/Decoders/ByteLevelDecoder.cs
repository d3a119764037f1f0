using System.Text;
using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.Decoders;

/// <summary>Byte symbols back to bytes, bytes to text; a token with any other character is taken as it is written.</summary>
internal sealed class ByteLevelDecoder : Decoder
{
    /// <inheritdoc/>
    public override List<string> Apply(List<string> pieces) => [Encoding.UTF8.GetString(pieces.SelectMany(BytesOf).ToArray())];

    /// <summary>The bytes of one token.</summary>
    public static byte[] BytesOf(string token)
    {
        var bytes = new byte[token.Length];
        for (var index = 0; index < token.Length; index++)
        {
            var value = ByteSymbols.ByteOf(token[index]);
            if (value < 0)
            {
                return Encoding.UTF8.GetBytes(token);
            }

            bytes[index] = (byte)value;
        }

        return bytes;
    }
}
