using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Rows with one field for the question and one for the answer: Alpaca, prompt/completion, question/answer.</summary>
internal sealed class FieldsConverter(DatasetFormat format) : RowConverter
{
    protected override bool Write(ReadOnlyMemory<byte> record, Utf8JsonWriter writer, BlockFaults faults)
    {
        using var document = JsonDocument.Parse(record, JsonText.DocumentOptions);
        var row = document.RootElement;
        writer.WriteStartObject();
        writer.WriteStartArray("messages"u8);
        var written = format switch
        {
            DatasetFormat.Alpaca => WriteAlpaca(row, writer, faults),
            DatasetFormat.PromptCompletion => WritePrompt(row, writer, faults),
            _ => WritePair(row, "question", "answer", writer, faults),
        };
        writer.WriteEndArray();
        writer.WriteEndObject();
        return written;
    }

    private bool WritePair(JsonElement row, string question, string answer, Utf8JsonWriter writer, BlockFaults faults)
    {
        if (!TryOptionalText(row, "system", faults, out var system) | !TryText(row, question, faults, out var user) | !TryText(row, answer, faults, out var assistant))
        {
            return false;
        }

        WriteSystem(writer, system);
        WriteMessage(writer, "user", user, question);
        WriteMessage(writer, "assistant", assistant, answer);
        return true;
    }

    private bool WriteAlpaca(JsonElement row, Utf8JsonWriter writer, BlockFaults faults)
    {
        var source = row;
        var prefix = "";
        if (!row.TryGetProperty("output", out _) && row.TryGetProperty("instances", out var instances))
        {
            // Self-Instruct keeps input and output in a list; a list of one is an Alpaca row.
            if (instances.ValueKind != JsonValueKind.Array || instances.GetArrayLength() != 1 || instances[0].ValueKind != JsonValueKind.Object)
            {
                WrongType(faults, "instances", instances, "a list of exactly one instance; write a row for each");
                return false;
            }

            source = instances[0];
            prefix = "instances[0].";
        }

        if (!TryOptionalText(row, "system", faults, out var system) | !TryText(row, "instruction", faults, out var instruction)
            | !TryOptionalText(source, "input", faults, out var input) | !TryText(source, "output", faults, out var output))
        {
            return false;
        }

        WriteSystem(writer, system);
        if (!WriteHistory(row, writer, faults))
        {
            return false;
        }

        WriteMessage(writer, "user", input.Length == 0 ? instruction : $"{instruction}\n\n{input}", "instruction");
        WriteMessage(writer, "assistant", output, prefix + "output");
        return true;
    }

    private bool WriteHistory(JsonElement row, Utf8JsonWriter writer, BlockFaults faults)
    {
        if (!row.TryGetProperty("history", out var history) || history.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (history.ValueKind != JsonValueKind.Array)
        {
            WrongType(faults, "history", history, "a list of [question, answer] pairs");
            return false;
        }

        var turn = 0;
        foreach (var pair in history.EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2 || pair[0].ValueKind != JsonValueKind.String || pair[1].ValueKind != JsonValueKind.String)
            {
                WrongType(faults, $"history[{turn}]", pair, "a [question, answer] pair");
                return false;
            }

            WriteMessage(writer, "user", pair[0].GetString()!, $"history[{turn}][0]");
            WriteMessage(writer, "assistant", pair[1].GetString()!, $"history[{turn}][1]");
            turn++;
        }

        return true;
    }

    /// <summary>Prompt and completion are texts, or lists of messages as TRL writes them.</summary>
    private bool WritePrompt(JsonElement row, Utf8JsonWriter writer, BlockFaults faults)
    {
        var answer = row.TryGetProperty("completion", out _) ? "completion" : "response";
        var isConversational = row.TryGetProperty("prompt", out var prompt) && prompt.ValueKind == JsonValueKind.Array
            && row.TryGetProperty(answer, out var completion) && completion.ValueKind == JsonValueKind.Array;
        if (!isConversational)
        {
            return WritePair(row, "prompt", answer, writer, faults);
        }

        return WriteMessages(row, "prompt", writer, faults) && WriteMessages(row, answer, writer, faults);
    }

    private bool WriteMessages(JsonElement row, string name, Utf8JsonWriter writer, BlockFaults faults)
    {
        var index = 0;
        foreach (var message in row.GetProperty(name).EnumerateArray())
        {
            var place = $"{name}[{index++}]";
            if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String)
            {
                WrongType(faults, place, message, "a message with role and content");
                return false;
            }

            BeginMessage(writer, role.GetString()!, place);
            foreach (var property in message.EnumerateObject().Where(property => property.Name != "role"))
            {
                property.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return true;
    }

    private void WriteSystem(Utf8JsonWriter writer, string system)
    {
        if (system.Length > 0)
        {
            WriteMessage(writer, "system", system, "system");
        }
    }
}
