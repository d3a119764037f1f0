using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>A row of delimited text: its columns joined to a conversation.</summary>
internal sealed class TableConverter : RowConverter
{
    private readonly DelimitedFields _fields;
    private readonly ColumnMapping _mapping;
    private readonly int _columns;
    private readonly int _system;
    private readonly int _user;
    private readonly int _assistant;
    private readonly bool _answerIsOptional;

    /// <param name="names">The header.</param>
    /// <param name="delimiter">The delimiter.</param>
    /// <param name="mapping">Columns that the header has.</param>
    /// <param name="method">What the rows are meant for.</param>
    public TableConverter(IReadOnlyList<string> names, char delimiter, ColumnMapping mapping, TrainingMethod method)
    {
        _answerIsOptional = method == TrainingMethod.Rft;
        _fields = new DelimitedFields((byte)delimiter);
        _mapping = mapping;
        _columns = names.Count;
        _system = mapping.System is null ? -1 : ColumnGuesser.IndexOf(names, mapping.System);
        _user = ColumnGuesser.IndexOf(names, mapping.User);
        _assistant = mapping.Assistant is null ? -1 : ColumnGuesser.IndexOf(names, mapping.Assistant);
    }

    public override bool ReadsJson => false;

    protected override bool Write(ReadOnlyMemory<byte> record, Utf8JsonWriter writer, BlockFaults faults)
    {
        _fields.Parse(record.Span);
        if (_fields.Count != _columns)
        {
            if (faults.Count(DatasetFaultKind.RaggedRow))
            {
                faults.Add(
                    DatasetFaultKind.RaggedRow, 0, "", $"{_fields.Count} fields", $"{_columns} fields, as the header has",
                    _fields.Count > _columns ? "Put fields that contain the delimiter or a newline into double quotes." : "Fill in the missing fields (empty ones need their delimiters too).");
            }

            return false;
        }

        writer.WriteStartObject();
        writer.WriteStartArray("messages"u8);
        if (_system >= 0 && _fields[_system].Length > 0)
        {
            WriteField(writer, "system", _system, _mapping.System!);
        }
        else if (!string.IsNullOrEmpty(_mapping.SystemText))
        {
            WriteMessage(writer, "system", _mapping.SystemText, "");
        }

        WriteField(writer, "user", _user, _mapping.User);
        if (_assistant >= 0 && !(_answerIsOptional && _fields[_assistant].IndexOfAnyExcept(" \t\r\n"u8) < 0))
        {
            WriteField(writer, "assistant", _assistant, _mapping.Assistant!);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        return true;
    }

    private void WriteField(Utf8JsonWriter writer, string role, int column, string place)
    {
        BeginMessage(writer, role, place);
        writer.WriteString("content"u8, _fields[column]);
        writer.WriteEndObject();
    }
}
