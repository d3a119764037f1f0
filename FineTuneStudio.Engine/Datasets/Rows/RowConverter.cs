using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Rewrites a row of another format as one of OpenAI's chat format, and knows which field each message came from.</summary>
internal abstract class RowConverter
{
    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private readonly List<string> _places = [];
    private Utf8JsonWriter? _writer;

    /// <summary>The rewritten row; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Output => _output.WrittenMemory;

    /// <summary>Whether records are JSON objects, to be checked as such before they are converted.</summary>
    public virtual bool ReadsJson => true;

    /// <summary>Converts a record; false where it cannot be, with the faults reported.</summary>
    public bool Convert(ReadOnlyMemory<byte> record, BlockFaults faults)
    {
        _output.ResetWrittenCount();
        _places.Clear();
        _writer ??= new Utf8JsonWriter(_output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        _writer.Reset();
        if (!Write(record, _writer, faults))
        {
            return false;
        }

        _writer.Flush();
        return true;
    }

    /// <summary>The field of the original row that a path of the chat format stands for.</summary>
    public string MapPath(string path)
    {
        const string prefix = "messages[";
        if (!path.StartsWith(prefix, StringComparison.Ordinal))
        {
            return path == "messages" ? Container : path;
        }

        var close = path.IndexOf(']', StringComparison.Ordinal);
        var index = int.Parse(path.AsSpan(prefix.Length, close - prefix.Length), CultureInfo.InvariantCulture);
        return index < _places.Count ? MapMessage(_places[index], path[(close + 1)..]) : path;
    }

    /// <summary>The field that holds all messages.</summary>
    protected virtual string Container => "";

    protected abstract bool Write(ReadOnlyMemory<byte> record, Utf8JsonWriter writer, BlockFaults faults);

    /// <summary>Joins the place a message came from with the rest of a chat path (<c>.content</c>, ...).</summary>
    protected virtual string MapMessage(string place, string rest) => place;

    /// <summary>Begins a message; its place names the field it came from.</summary>
    protected void BeginMessage(Utf8JsonWriter writer, string role, string place)
    {
        _places.Add(place);
        writer.WriteStartObject();
        writer.WriteString("role"u8, role);
    }

    /// <summary>A message whose content is text.</summary>
    protected void WriteMessage(Utf8JsonWriter writer, string role, string content, string place)
    {
        BeginMessage(writer, role, place);
        writer.WriteString("content"u8, content);
        writer.WriteEndObject();
    }

    /// <summary>The text of a field; reports a missing or wrong one.</summary>
    protected static bool TryText(JsonElement row, string name, BlockFaults faults, out string text)
    {
        text = "";
        if (!row.TryGetProperty(name, out var value))
        {
            if (faults.Count(DatasetFaultKind.MissingField))
            {
                faults.Add(DatasetFaultKind.MissingField, 0, name, $"a row without {name}", $"a text in {name}", "Fill in the field or remove the row.");
            }

            return false;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            text = value.GetString()!;
            return true;
        }

        WrongType(faults, name, value, "text");
        return false;
    }

    /// <summary>The text of a field that may be missing or null.</summary>
    protected static bool TryOptionalText(JsonElement row, string name, BlockFaults faults, out string text)
    {
        text = "";
        return !row.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null || TryText(row, name, faults, out text);
    }

    protected static void WrongType(BlockFaults faults, string path, JsonElement value, string expected)
    {
        if (faults.Count(DatasetFaultKind.WrongType))
        {
            faults.Add(DatasetFaultKind.WrongType, 0, path, Describe(value), expected, "Write the field as the format says, or remove the row.");
        }
    }

    protected static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => $"the text {JsonText.Quote(System.Text.Encoding.UTF8.GetBytes(value.GetString()!))}",
        _ => value.GetRawText(),
    };
}
