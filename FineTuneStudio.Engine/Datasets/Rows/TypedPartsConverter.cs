using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary><c>messages</c> whose content is parts of <c>type</c> (text, reasoning, tool_call) and <c>value</c>.</summary>
internal sealed class TypedPartsConverter : TurnsConverter
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _reasoning = new();
    private readonly List<string> _calls = [];

    protected override string Container => "messages";

    protected override string MapMessage(string place, string rest) => place + rest;

    protected override bool WriteTurn(JsonElement message, string place, Utf8JsonWriter writer, BlockFaults faults)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String)
        {
            WrongType(faults, place, message, "a message with role and content");
            return false;
        }

        if (!ReadParts(message, place, faults))
        {
            return false;
        }

        var speaker = role.GetString()!;
        BeginMessage(writer, speaker, place);
        if (speaker == "tool")
        {
            writer.WriteString("tool_call_id"u8, Tools.NextAnswerId());
        }

        if (_reasoning.Length > 0)
        {
            writer.WriteString("reasoning_content"u8, _reasoning.ToString());
        }

        if (_calls.Count > 0 && _text.Length == 0)
        {
            writer.WriteNull("content"u8);
        }
        else
        {
            writer.WriteString("content"u8, _text.ToString());
        }

        var sound = WriteCalls(place, writer, faults);
        if (message.TryGetProperty("loss_weight", out var weight) && weight.ValueKind == JsonValueKind.Number && speaker == "assistant")
        {
            writer.WritePropertyName("weight"u8);
            weight.WriteTo(writer);
        }

        writer.WriteEndObject();
        return sound;
    }

    private bool ReadParts(JsonElement message, string place, BlockFaults faults)
    {
        _text.Clear();
        _reasoning.Clear();
        _calls.Clear();
        if (!message.TryGetProperty("content", out var content))
        {
            return true;
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            _text.Append(content.GetString());
            return true;
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            WrongType(faults, place + ".content", content, "a list of parts");
            return false;
        }

        var index = 0;
        foreach (var part in content.EnumerateArray())
        {
            if (!ReadPart(part, $"{place}.content[{index++}]", faults))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadPart(JsonElement part, string place, BlockFaults faults)
    {
        if (part.ValueKind != JsonValueKind.Object || !part.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String
            || !part.TryGetProperty("value", out var value) || value.ValueKind != JsonValueKind.String)
        {
            WrongType(faults, place, part, "a part with type and value");
            return false;
        }

        var text = value.GetString()!;
        switch (type.GetString())
        {
            case "text":
                _text.Append(text);
                return true;
            case "reasoning":
                _reasoning.Append(text);
                return true;
            case "tool_call":
                _calls.Add(text);
                return true;
            default:
                if (faults.Count(DatasetFaultKind.UnsupportedContent))
                {
                    faults.Add(DatasetFaultKind.UnsupportedContent, 0, place + ".type", Describe(type), "text, reasoning or tool_call", "Text models cannot learn from it yet: remove the part, or describe it in words.");
                }

                return false;
        }
    }

    private bool WriteCalls(string place, Utf8JsonWriter writer, BlockFaults faults)
    {
        if (_calls.Count == 0)
        {
            return true;
        }

        var sound = true;
        writer.WriteStartArray("tool_calls"u8);
        foreach (var call in _calls)
        {
            sound &= Tools.TryWriteCalls(writer, call);
        }

        writer.WriteEndArray();
        if (!sound && faults.Count(DatasetFaultKind.InvalidToolCall))
        {
            faults.Add(DatasetFaultKind.InvalidToolCall, 0, place + ".content", "a tool_call part that is no call", "{\"name\": ..., \"arguments\": {...}}", "Write the call as the text of a JSON object with name and arguments.");
        }

        return sound;
    }
}
