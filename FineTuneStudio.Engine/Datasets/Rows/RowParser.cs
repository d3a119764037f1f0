using System.Buffers;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Makes a <see cref="DatasetRow"/> of a record that was found good.</summary>
internal sealed class RowParser(RowConverter? converter)
{
    private static readonly bool[] NoFaultsListed = [.. Enumerable.Repeat(true, FaultKinds.Count)];
    private readonly BlockFaults _ignored = new(NoFaultsListed);

    /// <summary>Parses a record.</summary>
    /// <exception cref="JsonException">The record is not what it was when it was checked.</exception>
    public DatasetRow Parse(ReadOnlyMemory<byte> record, int index, long line, long offset)
    {
        if (converter is not null)
        {
            if (!converter.Convert(record, _ignored))
            {
                throw new JsonException("The row cannot be converted.");
            }

            record = converter.Output;
        }

        using var document = JsonDocument.Parse(record, JsonText.DocumentOptions);
        var row = document.RootElement;
        var messages = row.GetProperty("messages");
        var rowWeight = row.TryGetProperty("weight", out var weight) ? (float)weight.GetDouble() : 1;
        var weights = messages.EnumerateArray().Select(message => WeightOf(message) * rowWeight).ToArray();
        JsonElement? tools = row.TryGetProperty("tools", out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 ? list.Clone() : null;
        return new DatasetRow(index, line, offset, new Conversation(JoinParts(messages), tools), weights);
    }

    private static float WeightOf(JsonElement message)
    {
        if (!message.GetProperty("role").ValueEquals("assistant"u8))
        {
            return 0;
        }

        return message.TryGetProperty("weight", out var weight) && weight.ValueKind == JsonValueKind.Number ? (float)weight.GetDouble() : 1;
    }

    /// <summary>The messages with each list of text parts joined to one text: chat templates of text models know texts only.</summary>
    private static JsonElement JoinParts(JsonElement messages)
    {
        if (!messages.EnumerateArray().Any(HasParts))
        {
            return messages.Clone();
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartArray();
            foreach (var message in messages.EnumerateArray())
            {
                WriteMessage(writer, message);
            }

            writer.WriteEndArray();
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan, new JsonReaderOptions { MaxDepth = JsonText.DocumentOptions.MaxDepth });
        return JsonElement.ParseValue(ref reader);
    }

    private static void WriteMessage(Utf8JsonWriter writer, JsonElement message)
    {
        writer.WriteStartObject();
        foreach (var property in message.EnumerateObject())
        {
            if (property.NameEquals("content"u8) && property.Value.ValueKind == JsonValueKind.Array)
            {
                writer.WriteString("content"u8, string.Concat(property.Value.EnumerateArray().Select(TextOf)));
            }
            else
            {
                property.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }

    private static bool HasParts(JsonElement message) => message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array;

    private static string TextOf(JsonElement part)
        => (part.TryGetProperty("text", out var text) || part.TryGetProperty("refusal", out text) ? text.GetString() : null) ?? "";
}
