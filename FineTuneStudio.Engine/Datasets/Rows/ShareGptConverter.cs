using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary><c>conversations</c> of <c>from</c> and <c>value</c>, with tool calls as turns of their own.</summary>
internal sealed class ShareGptConverter : TurnsConverter
{
    protected override string Container => "conversations";

    protected override string MapMessage(string place, string rest) => rest switch
    {
        ".role" => place + ".from",
        "" => place,
        _ when place == "system" => place,
        _ => place + ".value",
    };

    protected override bool WriteOpening(JsonElement row, Utf8JsonWriter writer, BlockFaults faults)
    {
        if (!TryOptionalText(row, "system", faults, out var system))
        {
            return false;
        }

        if (system.Length > 0)
        {
            WriteMessage(writer, "system", system, "system");
        }

        return true;
    }

    protected override bool WriteTurn(JsonElement turn, string place, Utf8JsonWriter writer, BlockFaults faults)
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
                Tools.CloseOpenCalls();
                WriteMessage(writer, "user", text, place);
                return true;
            case "gpt" or "assistant" or "chatgpt" or "model" or "bot":
                Tools.CloseOpenCalls();
                WriteMessage(writer, "assistant", text, place);
                return true;
            case "function_call":
                return WriteCalls(text, place, writer, faults);
            case "observation" or "tool" or "function_response":
                BeginMessage(writer, "tool", place);
                writer.WriteString("tool_call_id"u8, Tools.NextAnswerId());
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
        var written = Tools.TryWriteCalls(writer, text);
        writer.WriteEndArray();
        writer.WriteEndObject();
        if (!written && faults.Count(DatasetFaultKind.InvalidToolCall))
        {
            faults.Add(DatasetFaultKind.InvalidToolCall, 0, place + ".value", JsonText.Quote(System.Text.Encoding.UTF8.GetBytes(text)), "{\"name\": ..., \"arguments\": {...}}", "Write the call as the text of a JSON object with name and arguments.");
        }

        return written;
    }
}
