using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>A row's own fields as graders see them, and the dataset's answer under one name wherever it came from.</summary>
internal static class RowItem
{
    private const string Answer = "answer";

    // Texts stay readable where a grader quotes the row: it is no web page.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The fields of a good row.</summary>
    /// <param name="record">The row's bytes.</param>
    /// <param name="columns">The columns of a table; <see langword="null"/> where the row is a JSON object.</param>
    /// <param name="conversation">Reads the row as a conversation; asked only where the row has no field <c>answer</c>.</param>
    /// <exception cref="JsonException">The row is not what it was when it was checked.</exception>
    public static JsonElement Of(ReadOnlyMemory<byte> record, ColumnReport? columns, Func<Conversation> conversation)
    {
        var fields = columns is null ? ReadObject(record) : ReadColumns(record.Span, columns);
        return !fields.TryGetProperty(Answer, out _) && ConversationSplit.Of(conversation()).AnswerText is { Length: > 0 } answer ? WithAnswer(fields, answer) : fields;
    }

    private static JsonElement ReadObject(ReadOnlyMemory<byte> record)
    {
        using var document = JsonDocument.Parse(record, JsonText.DocumentOptions);
        return document.RootElement.Clone();
    }

    private static JsonElement ReadColumns(ReadOnlySpan<byte> record, ColumnReport columns)
    {
        var fields = new DelimitedFields((byte)columns.Delimiter);
        fields.Parse(record);
        if (fields.Count != columns.Names.Count)
        {
            throw new JsonException("The row has another number of fields than the header.");
        }

        var values = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        for (var column = 0; column < fields.Count; column++)
        {
            // Of two columns of one name the first counts, as everywhere.
            values.TryAdd(columns.Names[column], Encoding.UTF8.GetString(fields[column]));
        }

        return JsonSerializer.SerializeToElement(values, Readable);
    }

    private static JsonElement WithAnswer(JsonElement fields, string answer)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Readable.Encoder, SkipValidation = true }))
        {
            writer.WriteStartObject();
            foreach (var field in fields.EnumerateObject())
            {
                field.WriteTo(writer);
            }

            writer.WriteString(Answer, answer);
            writer.WriteEndObject();
        }

        return ReadObject(buffer.WrittenMemory);
    }
}
