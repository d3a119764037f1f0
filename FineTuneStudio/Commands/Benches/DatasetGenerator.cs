using System.Text;

namespace FineTuneStudio.Commands.Benches;

/// <summary>Writes a dataset of any size in OpenAI's chat format; the same seed writes the same bytes.</summary>
internal static class DatasetGenerator
{
    private static readonly byte[][] Words = [.. """
        the order arrived late and customer asks whether refund can be made before weekend because parcel was damaged please check status of
        account number change address send invoice again total price includes delivery thank you for your patience we will answer soon it is
        possible to open settings choose language press save then restart application if problem remains write to support with screenshot
        café naïve Zürich señor 東京 \"quoted\" first\nsecond 12.50 € 2026-11-22 #4711 yes no maybe never always often between under over
        """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes)];

    /// <summary>Writes whole rows until so many bytes are reached; returns the rows written.</summary>
    public static long Write(Stream stream, long bytes, int seed)
    {
        var random = new Random(seed);
        var row = new byte[1 << 16];
        long written = 0;
        long rows = 0;
        for (; written < bytes; rows++)
        {
            var length = WriteRow(row, rows, random);
            stream.Write(row, 0, length);
            written += length;
        }

        return rows;
    }

    private static int WriteRow(Span<byte> row, long number, Random random)
    {
        var used = 0;
        Append(row, ref used, "{\"messages\": ["u8);
        if (random.Next(3) == 0)
        {
            Append(row, ref used, "{\"role\": \"system\", \"content\": \"You are a helpful assistant of a shop. Answer shortly.\"}, "u8);
        }

        var turns = 1 + random.Next(3);
        for (var turn = 0; turn < turns; turn++)
        {
            Append(row, ref used, "{\"role\": \"user\", \"content\": \""u8);
            AppendText(row, ref used, number, random.Next(5, 60), random);
            Append(row, ref used, "\"}, {\"role\": \"assistant\", \"content\": \""u8);
            AppendText(row, ref used, number, random.Next(5, 120), random);
            Append(row, ref used, turn + 1 < turns ? "\", \"weight\": 0}, "u8 : "\"}]}\n"u8);
        }

        return used;
    }

    private static void AppendText(Span<byte> row, ref int used, long number, int words, Random random)
    {
        number.TryFormat(row[used..], out var digits);
        used += digits;
        for (var i = 0; i < words; i++)
        {
            row[used++] = (byte)' ';
            Append(row, ref used, Words[random.Next(Words.Length)]);
        }
    }

    private static void Append(Span<byte> row, ref int used, ReadOnlySpan<byte> text)
    {
        text.CopyTo(row[used..]);
        used += text.Length;
    }
}
