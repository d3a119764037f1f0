using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Says what is wrong with a row that is no JSON, in words that lead to the cause.</summary>
internal static class JsonFaults
{
    private const int NearBytes = 24;

    public static void Report(BlockFaults faults, ReadOnlySpan<byte> row, JsonException exception, bool tooDeep, int maxDepth, bool atEndOfFile)
    {
        var position = Position(row, exception);
        var line = exception.LineNumber ?? 0;
        var nul = row.IndexOf((byte)0);
        if (nul >= 0)
        {
            ReportNul(faults, row, nul);
        }
        else if (tooDeep && position < row.Length && row[position] is (byte)'{' or (byte)'[')
        {
            if (faults.Count(DatasetFaultKind.TooDeep))
            {
                faults.Add(DatasetFaultKind.TooDeep, position, "", $"more than {maxDepth} levels of arrays and objects", $"at most {maxDepth} levels", "Flatten the row; nothing in the chat format nests so deep.", line);
            }
        }
        else if (atEndOfFile && position >= row.Length)
        {
            if (faults.Count(DatasetFaultKind.TruncatedRow))
            {
                faults.Add(DatasetFaultKind.TruncatedRow, position, "", $"the end of the file inside the row, after {JsonText.Quote(Near(row, row.Length))}", "a whole JSON object", "The file was cut off: copy or export it again, or delete the last row.", line);
            }
        }
        else if (faults.Count(DatasetFaultKind.InvalidJson))
        {
            var found = position >= row.Length ? $"the end of the row after {JsonText.Quote(Near(row, row.Length))}" : $"{JsonText.Quote(row[position..Math.Min(row.Length, position + NearBytes)])} at byte {position + 1} of the row";
            faults.Add(DatasetFaultKind.InvalidJson, position, "", found, "one whole JSON object", Advice(row, position, exception), line);
        }
    }

    /// <summary>Zero bytes: in JSON they stop the reader, in delimited text they hide in a field.</summary>
    public static void ReportNul(BlockFaults faults, ReadOnlySpan<byte> row, int nul)
    {
        if (faults.Count(DatasetFaultKind.NulByte))
        {
            var run = row[nul..].IndexOfAnyExcept((byte)0);
            var count = run < 0 ? row.Length - nul : run;
            faults.Add(DatasetFaultKind.NulByte, nul, "", count == 1 ? "a zero byte" : $"{count} zero bytes", "text", "A broken copy or a crashed writer leaves them: copy or export the file again.");
        }
    }

    public static void ReportUtf8(BlockFaults faults, ReadOnlySpan<byte> row)
    {
        if (!faults.Count(DatasetFaultKind.InvalidUtf8))
        {
            return;
        }

        var position = FirstInvalid(row);
        var latin = row[position] >= 0xA0 && (position + 1 >= row.Length || row[position + 1] < 0x80);
        faults.Add(
            DatasetFaultKind.InvalidUtf8, position, "", $"the byte 0x{row[position]:X2} after {JsonText.Quote(Near(row, position))}", "UTF-8 text",
            latin ? "The file seems to be saved as Latin-1 or Windows-1252: save it as UTF-8." : "Save the file as UTF-8.");
    }

    private static int FirstInvalid(ReadOnlySpan<byte> row)
    {
        var position = 0;
        while (position < row.Length && Rune.DecodeFromUtf8(row[position..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
        {
            position += consumed;
        }

        return Math.Min(position, row.Length - 1);
    }

    private static ReadOnlySpan<byte> Near(ReadOnlySpan<byte> row, int position)
    {
        var start = Math.Max(0, position - NearBytes);
        while (start < position && (row[start] & 0xC0) == 0x80)
        {
            start++;
        }

        return row[start..position];
    }

    private static int Position(ReadOnlySpan<byte> row, JsonException exception)
    {
        var start = 0;
        for (var line = 0L; line < (exception.LineNumber ?? 0); line++)
        {
            var newline = row[start..].IndexOf((byte)'\n');
            if (newline < 0)
            {
                return row.Length;
            }

            start += newline + 1;
        }

        return (int)Math.Min(row.Length, start + (exception.BytePositionInLine ?? 0));
    }

    private static string Advice(ReadOnlySpan<byte> row, int position, JsonException exception)
    {
        var trimmed = row.Trim(" \t\r"u8);
        if (trimmed is [(byte)'{'] or [(byte)'}'] or [(byte)'['] or [(byte)']'])
        {
            return "The file looks like JSON spread over several lines: write each row on one line, or all rows as one array [ ... ].";
        }

        if (row.Contains((byte)'\r'))
        {
            return "The lines end in CR alone: save the file with LF or CR LF line ends.";
        }

        if (position < row.Length && row[position] == (byte)'\'')
        {
            return "JSON wants double quotes: write \"text\", not 'text' (json.dumps does it, str() does not).";
        }

        if (position < row.Length && row[position..] is [(byte)'N', (byte)'a', ..] or [(byte)'N', (byte)'o', ..] or [(byte)'T', ..] or [(byte)'F', ..])
        {
            return "JSON has null, true and false, but no NaN, None, True or False.";
        }

        if (position < row.Length && row[position] is (byte)'}' or (byte)']')
        {
            return "Perhaps there is a comma too many before it, or a bracket is missing.";
        }

        var message = exception.Message;
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return $"{(end > 0 ? message[..end] : message)} Mend or remove the row.";
    }
}
