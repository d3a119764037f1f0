namespace FineTuneStudio.Engine.Tokenizers.Texts;

/// <summary>The alphabet of byte-level vocabularies: a printable character for each byte (GPT-2's <c>bytes_to_unicode</c>).</summary>
internal static class ByteSymbols
{
    private static readonly char[] Symbols = BuildSymbols();
    private static readonly short[] Bytes = BuildBytes();

    /// <summary>The character that stands for a byte.</summary>
    public static char Of(byte value) => Symbols[value];

    /// <summary>The byte a character stands for, or -1.</summary>
    public static int ByteOf(char symbol) => symbol < Bytes.Length ? Bytes[symbol] : -1;

    private static char[] BuildSymbols()
    {
        var symbols = new char[256];
        var next = (char)256;
        for (var value = 0; value < 256; value++)
        {
            var isPrintable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            symbols[value] = isPrintable ? (char)value : next++;
        }

        return symbols;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[Symbols.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
        {
            bytes[Symbols[value]] = (short)value;
        }

        return bytes;
    }
}
