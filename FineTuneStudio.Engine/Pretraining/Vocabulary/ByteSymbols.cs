namespace FineTuneStudio.Engine.Pretraining.Vocabulary;

/// <summary>GPT-2's printable character for each byte, in which byte-level vocabularies are written.</summary>
internal static class ByteSymbols
{
    /// <summary>The symbol of every byte.</summary>
    public static IReadOnlyList<string> All { get; } = Create();

    private static string[] Create()
    {
        var symbols = new string[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var isPrintable = value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            symbols[value] = ((char)(isPrintable ? value : next++)).ToString();
        }

        return symbols;
    }
}
