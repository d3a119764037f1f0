using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Rows that hold a list of turns and perhaps tools beside it: the frame that such formats share.</summary>
internal abstract class TurnsConverter : RowConverter
{
    /// <summary>Calls and their answers, which the chat format ties together by ids.</summary>
    protected ToolCallWriter Tools { get; } = new();

    protected override bool Write(ReadOnlyMemory<byte> record, Utf8JsonWriter writer, BlockFaults faults)
    {
        using var document = JsonDocument.Parse(record, JsonText.DocumentOptions);
        var row = document.RootElement;
        Tools.Reset();
        if (!row.TryGetProperty(Container, out var turns) || turns.ValueKind != JsonValueKind.Array)
        {
            if (faults.Count(DatasetFaultKind.WrongSchema))
            {
                faults.Add(
                    DatasetFaultKind.WrongSchema, 0, Container, RowFormats.DescribeFields(record.Span, 256), $"a list in {Container}, as in the rows before", "Keep rows of one format in a file.");
            }

            return false;
        }

        writer.WriteStartObject();
        writer.WriteStartArray("messages"u8);
        if (!WriteOpening(row, writer, faults))
        {
            return false;
        }

        var index = 0;
        var sound = true;
        foreach (var turn in turns.EnumerateArray())
        {
            sound &= WriteTurn(turn, $"{Container}[{index++}]", writer, faults);
        }

        writer.WriteEndArray();
        if (row.TryGetProperty("tools", out var tools) && !ToolCallWriter.TryWriteTools(writer, tools))
        {
            WrongType(faults, "tools", tools, "a JSON array of tools, or its text");
            return false;
        }

        writer.WriteEndObject();
        return sound;
    }

    /// <summary>Writes what comes before the turns; false where it cannot be, with the faults reported.</summary>
    protected virtual bool WriteOpening(JsonElement row, Utf8JsonWriter writer, BlockFaults faults) => true;

    /// <summary>Writes a turn; false where it cannot be, with the faults reported.</summary>
    protected abstract bool WriteTurn(JsonElement turn, string place, Utf8JsonWriter writer, BlockFaults faults);
}
