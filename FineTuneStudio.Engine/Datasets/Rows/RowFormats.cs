using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Recognises a row's format by its fields.</summary>
internal static class RowFormats
{
    /// <summary>The format of a row meant for a method; <see langword="null"/> where it is no JSON object.</summary>
    public static DatasetFormat? Detect(ReadOnlyMemory<byte> row, TrainingMethod method = TrainingMethod.Sft)
    {
        try
        {
            using var document = JsonDocument.Parse(row, JsonText.DocumentOptions);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Detect(document.RootElement, method == TrainingMethod.Rft) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No JSON, or a name with half a character: its own fault is found when the row is checked.
            return null;
        }
    }

    /// <summary>A format for a person.</summary>
    public static string Describe(DatasetFormat format) => format switch
    {
        DatasetFormat.OpenAiChat => "OpenAI chat (messages)",
        DatasetFormat.TypedParts => "messages with typed parts (type, value), converted to OpenAI chat",
        DatasetFormat.ShareGpt => "ShareGPT (conversations with from, value), converted to OpenAI chat",
        DatasetFormat.Alpaca => "Alpaca (instruction, input, output), converted to OpenAI chat",
        DatasetFormat.PromptCompletion => "prompt and completion, converted to OpenAI chat",
        DatasetFormat.QuestionAnswer => "question and answer, converted to OpenAI chat",
        DatasetFormat.Table => "a table, its columns joined to OpenAI chat",
        DatasetFormat.Preference => "preference pairs (chosen, rejected)",
        _ => "rows of no known format",
    };

    /// <summary>The fields of a row for a person, and the format they look like.</summary>
    public static string DescribeFields(ReadOnlySpan<byte> row, int maxDepth)
    {
        var names = new List<string>();
        var reader = new Utf8JsonReader(row, new JsonReaderOptions { MaxDepth = maxDepth });
        reader.Read();
        while (names.Count < 8 && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            names.Add(reader.ValueIsEscaped ? JsonText.Quote(reader.ValueSpan) : Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, 40)]));
            reader.Skip();
        }

        if (names.Count == 0)
        {
            return "an object without fields";
        }

        var format = Detect(row.ToArray());
        var looks = format is null or DatasetFormat.Unknown ? "" : $" (looks like {Describe(format.Value)})";
        return $"the fields {string.Join(", ", names)}{looks}";
    }

    private static DatasetFormat Detect(JsonElement row, bool promptIsEnough)
    {
        if (Has(row, "chosen") || Has(row, "rejected") || Has(row, "preferred_output") || Has(row, "non_preferred_output") || Has(row, "chosen_messages"))
        {
            return DatasetFormat.Preference;
        }

        if (row.TryGetProperty("messages", out var messages))
        {
            return HasTypedParts(messages) ? DatasetFormat.TypedParts : DatasetFormat.OpenAiChat;
        }

        if (Has(row, "conversations"))
        {
            return DatasetFormat.ShareGpt;
        }

        if (Has(row, "instruction") && (promptIsEnough || Has(row, "output") || Has(row, "instances")))
        {
            return DatasetFormat.Alpaca;
        }

        if (Has(row, "prompt") && (promptIsEnough || Has(row, "completion") || Has(row, "response")))
        {
            return DatasetFormat.PromptCompletion;
        }

        return Has(row, "question") && (promptIsEnough || Has(row, "answer")) ? DatasetFormat.QuestionAnswer : DatasetFormat.Unknown;
    }

    private static bool HasTypedParts(JsonElement messages)
        => messages.ValueKind == JsonValueKind.Array
            && messages.EnumerateArray().Any(message => message.ValueKind == JsonValueKind.Object
                && message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array
                && content.EnumerateArray().Any(part => part.ValueKind == JsonValueKind.Object && Has(part, "value") && !Has(part, "text")));

    private static bool Has(JsonElement element, string name) => element.TryGetProperty(name, out _);
}
