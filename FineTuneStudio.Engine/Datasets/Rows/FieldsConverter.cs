using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Rows with one field for the question and one for the answer: Alpaca, prompt/completion, question/answer.</summary>
internal sealed class FieldsConverter(DatasetFormat format, TrainingMethod method) : RowConverter
{
    private bool ReadsPrompts => method == TrainingMethod.Rft;

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
        if (!TryOptionalText(row, "system", faults, out var system) | !TryText(row, question, faults, out var user) | !TryAnswer(row, answer, faults, out var assistant))
        {
            return false;
        }

        WriteSystem(writer, system);
        WriteMessage(writer, "user", user, question);
        WriteAnswer(writer, assistant, answer);
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
            | !TryOptionalText(source, "input", faults, out var input) | !TryAnswer(source, "output", faults, out var output))
        {
            return false;
        }

        WriteSystem(writer, system);
        if (!WriteHistory(row, writer, faults))
        {
            return false;
        }

        WriteMessage(writer, "user", input.Length == 0 ? instruction : $"{instruction}\n\n{input}", "instruction");
        WriteAnswer(writer, output, prefix + "output");
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
        var promptIsList = row.TryGetProperty("prompt", out var prompt) && prompt.ValueKind == JsonValueKind.Array;
        var answerIsList = row.TryGetProperty(answer, out var completion) && completion.ValueKind == JsonValueKind.Array;
        if (!promptIsList || !(answerIsList || ReadsPrompts))
        {
            return WritePair(row, "prompt", answer, writer, faults);
        }

        if (!WriteMessages(row, "prompt", writer, faults))
        {
            return false;
        }

        if (answerIsList)
        {
            return WriteMessages(row, answer, writer, faults);
        }

        _ = TryAnswer(row, answer, faults, out var text);
        WriteAnswer(writer, text, answer);
        return true;
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

    /// <summary>The answer's text; a row that is a prompt needs none, and what else its field holds is for graders.</summary>
    private bool TryAnswer(JsonElement row, string name, BlockFaults faults, out string? text)
    {
        if (ReadsPrompts)
        {
            text = row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            text = string.IsNullOrWhiteSpace(text) ? null : text;
            return true;
        }

        return TryText(row, name, faults, out text);
    }

    private void WriteAnswer(Utf8JsonWriter writer, string? text, string place)
    {
        if (text is not null)
        {
            WriteMessage(writer, "assistant", text, place);
        }
    }

    private void WriteSystem(Utf8JsonWriter writer, string system)
    {
        if (system.Length > 0)
        {
            WriteMessage(writer, "system", system, "system");
        }
    }
}
