using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary><c>conversations</c> of <c>from</c> and <c>value</c>, with tool calls as turns of their own.</summary>
internal sealed class ShareGptConverter : RowConverter
{
    private readonly ToolCallWriter _tools = new();

    protected override string Container => "conversations";

    protected override string MapMessage(string place, string rest) => rest switch
    {
        ".role" => place + ".from",
        "" => place,
        _ when place == "system" => place,
        _ => place + ".value",
    };

    protected override bool Write(ReadOnlyMemory<byte> record, Utf8JsonWriter writer, BlockFaults faults)
    {
        using var document = JsonDocument.Parse(record, JsonText.DocumentOptions);
        var row = document.RootElement;
        _tools.Reset();
        if (!row.TryGetProperty("conversations", out var turns) || turns.ValueKind != JsonValueKind.Array)
        {
            if (faults.Count(DatasetFaultKind.WrongSchema))
            {
                faults.Add(DatasetFaultKind.WrongSchema, 0, "conversations", RowFormats.DescribeFields(record.Span, 256), "a list in conversations, as in the rows before", "Keep rows of one format in a file.");
            }

            return false;
        }

        writer.WriteStartObject();
        writer.WriteStartArray("messages"u8);
        if (!TryOptionalText(row, "system", faults, out var system))
        {
            return false;
        }

        if (system.Length > 0)
        {
            WriteMessage(writer, "system", system, "system");
        }

        var index = 0;
        var sound = true;
        foreach (var turn in turns.EnumerateArray())
        {
            sound &= WriteTurn(turn, $"conversations[{index++}]", writer, faults);
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

    private bool WriteTurn(JsonElement turn, string place, Utf8JsonWriter writer, BlockFaults faults)
    {
        if (turn.ValueKind != JsonValueKind.Object || !turn.TryGetProperty("from", out var from) || !turn.TryGetProperty("value", out var value) || value.ValueKind != JsonValueKind.String)
        {
            WrongType(faults, place, turn, "a turn with from and value");
            return false;
        }

        var speaker = from.ValueKind == JsonValueKind.String ? from.GetString() : null;
        var text = value.GetString()!;
        switch (speaker)
        {
            case "system":
                WriteMessage(writer, "system", text, place);
                return true;
            case "human" or "user":
                _tools.CloseOpenCalls();
                WriteMessage(writer, "user", text, place);
                return true;
            case "gpt" or "assistant" or "chatgpt" or "model" or "bot":
                _tools.CloseOpenCalls();
                WriteMessage(writer, "assistant", text, place);
                return true;
            case "function_call":
                return WriteCalls(text, place, writer, faults);
            case "observation" or "tool" or "function_response":
                BeginMessage(writer, "tool", place);
                writer.WriteString("tool_call_id"u8, _tools.NextAnswerId());
                writer.WriteString("content"u8, text);
                writer.WriteEndObject();
                return true;
            default:
                if (faults.Count(DatasetFaultKind.UnknownRole))
                {
                    faults.Add(DatasetFaultKind.UnknownRole, 0, place + ".from", Describe(from), "system, human, gpt, function_call or observation", "Rename the speaker to the one that speaks.");
                }

                return false;
        }
    }

    private bool WriteCalls(string text, string place, Utf8JsonWriter writer, BlockFaults faults)
    {
        BeginMessage(writer, "assistant", place);
        writer.WriteNull("content"u8);
        writer.WriteStartArray("tool_calls"u8);
        var written = _tools.TryWriteCalls(writer, text);
        writer.WriteEndArray();
        writer.WriteEndObject();
        if (!written && faults.Count(DatasetFaultKind.InvalidToolCall))
        {
            faults.Add(DatasetFaultKind.InvalidToolCall, 0, place + ".value", JsonText.Quote(System.Text.Encoding.UTF8.GetBytes(text)), "{\"name\": ..., \"arguments\": {...}}", "Write the call as the text of a JSON object with name and arguments.");
        }

        return written;
    }
}
