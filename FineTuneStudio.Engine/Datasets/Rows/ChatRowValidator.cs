using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Checks and measures one row in OpenAI's chat format in a single pass over its bytes; allocates nothing for a good row.</summary>
internal sealed partial class ChatRowValidator(BlockFaults faults, int maxDepth, TrainingMethod method = TrainingMethod.Sft)
{
    private readonly JsonReaderOptions _readerOptions = new() { MaxDepth = maxDepth };
    private readonly KeySet _keys = new();
    private readonly List<OpenCall> _openCalls = [];
    private readonly List<OpenCall> _newCalls = [];
    private RowMeasure _measure;
    private Func<string, string> _mapPath = static path => path;
    private bool _idsAreOurs;
    private bool _sawMessages;
    private bool _unclear;
    private bool _halfCharacter;
    private bool _sawLabel;
    private double _rowWeight;
    private int _messageIndex;
    private ChatRole _previousRole;
    private bool _conversationBegan;
    private ulong _hash;

    /// <summary>Fields beside the conversation.</summary>
    public FieldTally OtherFields { get; } = new();

    /// <summary>Whether the next row is ended by the end of the file, so that a broken one was cut off.</summary>
    public bool AtEndOfFile { get; set; }

    /// <summary>Whether rows are prompts to be answered in training, so that nothing in them is learnt.</summary>
    private bool ReadsPrompts => method == TrainingMethod.Rft;

    /// <summary>Checks a row whose bytes are valid UTF-8; faults go to the block's list, measures come back.</summary>
    /// <param name="row">One JSON object.</param>
    /// <param name="measure">What was measured; complete only where no error was found.</param>
    /// <param name="mapPath">Turns a path of the chat format into one of the row as the person wrote it.</param>
    public void Validate(ReadOnlySpan<byte> row, out RowMeasure measure, Func<string, string>? mapPath = null)
    {
        Begin(mapPath);
        var reader = new Utf8JsonReader(row, _readerOptions);
        try
        {
            if (reader.Read() && reader.TokenType != JsonTokenType.StartObject)
            {
                Fault(ref reader, DatasetFaultKind.WrongType, "", JsonText.Describe(ref reader), "an object with messages", "Write each row as {\"messages\": [...]}.");
                reader.Skip();
            }
            else
            {
                ReadRow(ref reader, row);
            }

            // Anything but blanks behind the object throws here.
            reader.Read();
        }
        catch (JsonException exception)
        {
            JsonFaults.Report(faults, row, exception, reader.CurrentDepth >= maxDepth - 1, maxDepth, AtEndOfFile);
        }
        catch (InvalidOperationException)
        {
            // The reader cannot compare a text with half a character in it: the row ends there, and the fault is listed once.
            if (!_halfCharacter && Measure(ref reader, "") >= 0)
            {
                throw;
            }
        }

        measure = _measure;
    }

    /// <summary>Checks that a row of another format is sound JSON: one object, keys once, whole characters.</summary>
    public bool IsSoundJson(ReadOnlySpan<byte> row)
    {
        Begin(null);
        var reader = new Utf8JsonReader(row, _readerOptions);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                Fault(ref reader, DatasetFaultKind.WrongType, "", JsonText.Describe(ref reader), "an object", "Write each row as an object with the fields of the format.");
                reader.Skip();
            }

            SkipValue(ref reader, "");
            reader.Read();
        }
        catch (JsonException exception)
        {
            JsonFaults.Report(faults, row, exception, reader.CurrentDepth >= maxDepth - 1, maxDepth, AtEndOfFile);
        }
        catch (InvalidOperationException)
        {
            // The reader cannot compare a text with half a character in it: the row ends there, and the fault is listed once.
            if (!_halfCharacter && Measure(ref reader, "") >= 0)
            {
                throw;
            }
        }

        return !faults.RowHasError;
    }

    private void Begin(Func<string, string>? mapPath)
    {
        _keys.Reset();
        _openCalls.Clear();
        _newCalls.Clear();
        _measure = new RowMeasure { AnswerLength = -1 };
        _mapPath = mapPath ?? (static path => path);

        // Other formats have no ids: a converter makes them up, and one answer may serve several calls.
        _idsAreOurs = mapPath is not null;
        _sawMessages = false;
        _unclear = false;
        _halfCharacter = false;
        _sawLabel = false;
        _rowWeight = 1;
        _messageIndex = -1;
        _previousRole = ChatRole.None;
        _conversationBegan = false;
        _hash = 0;
    }

    private void ReadRow(ref Utf8JsonReader reader, ReadOnlySpan<byte> row)
    {
        var frame = _keys.Begin();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            CheckKey(ref reader, frame, "");
            if (reader.ValueTextEquals("messages"u8))
            {
                _sawMessages = true;
                ReadMessages(ref reader, row);
            }
            else if (reader.ValueTextEquals("tools"u8))
            {
                ReadTools(ref reader);
            }
            else if (reader.ValueTextEquals("weight"u8))
            {
                ReadRowWeight(ref reader);
            }
            else if (reader.ValueTextEquals("parallel_tool_calls"u8))
            {
                reader.Read();
                if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null))
                {
                    Fault(ref reader, DatasetFaultKind.WrongType, "parallel_tool_calls", JsonText.Describe(ref reader), "true or false", "Write true or false, or leave it out.");
                    SkipValue(ref reader, "parallel_tool_calls");
                }
            }
            else
            {
                ReadOtherField(ref reader);
            }
        }

        _keys.End(frame);
        CheckRow(ref reader, row);
    }

    private void ReadOtherField(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("functions"u8) || reader.ValueTextEquals("function_call"u8))
        {
            if (faults.Count(DatasetFaultKind.DeprecatedField))
            {
                var name = reader.GetString()!;
                faults.Add(DatasetFaultKind.DeprecatedField, reader.TokenStartIndex, _mapPath(name), $"the field {name}", "tools", "It is ignored: write functions as tools of type function.");
            }
        }
        var isLabel = reader.ValueTextEquals("label"u8);
        var field = OtherFields.Add(reader.ValueSpan);
        reader.Read();
        _sawLabel |= isLabel && reader.TokenType is (JsonTokenType.True or JsonTokenType.False);
        SkipValue(ref reader, field);
    }

    private void ReadRowWeight(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var weight) && weight >= 0 && double.IsFinite(weight))
        {
            _rowWeight = weight;
            return;
        }

        Fault(ref reader, DatasetFaultKind.InvalidWeight, "weight", JsonText.Describe(ref reader), "a number of 0 or more", "A row's weight multiplies its loss; SFT has no negative weights. Leave it out for 1.");
        SkipValue(ref reader, "weight");
    }

    private void ReadMessages(ref Utf8JsonReader reader, ReadOnlySpan<byte> row)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            Fault(ref reader, DatasetFaultKind.WrongType, "messages", JsonText.Describe(ref reader), "an array of messages", "Write messages as [{\"role\": ..., \"content\": ...}, ...].");
            SkipValue(ref reader, "messages");
            _unclear = true;
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            _messageIndex++;
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadMessage(ref reader, row);
                continue;
            }

            Fault(ref reader, DatasetFaultKind.WrongType, $"messages[{_messageIndex}]", JsonText.Describe(ref reader), "a message object", "Write each message as {\"role\": ..., \"content\": ...}.");
            SkipValue(ref reader, "messages");
            _unclear = true;
        }
    }

    /// <summary>What can be said only when the whole row was read.</summary>
    private void CheckRow(ref Utf8JsonReader reader, ReadOnlySpan<byte> row)
    {
        if (!_sawMessages)
        {
            if (faults.Count(DatasetFaultKind.WrongSchema))
            {
                faults.Add(DatasetFaultKind.WrongSchema, 0, "", RowFormats.DescribeFields(row, maxDepth), "a field messages", "Write each row as {\"messages\": [{\"role\": \"user\", ...}, {\"role\": \"assistant\", ...}]}.");
            }

            return;
        }

        if (_messageIndex < 0)
        {
            if (!_unclear && faults.Count(DatasetFaultKind.EmptyMessages))
            {
                faults.Add(DatasetFaultKind.EmptyMessages, 0, _mapPath("messages"), "no messages", ReadsPrompts ? "at least a user message" : "at least a user and an assistant message", "Fill in the conversation or remove the row.");
            }

            return;
        }

        if (ReadsPrompts)
        {
            CheckPrompt();
        }
        else
        {
            CheckLearning();
        }

        ReportOpenCalls(atEnd: true);
        if (_sawLabel && !ReadsPrompts && faults.Count(DatasetFaultKind.FeedbackLabel))
        {
            faults.Add(DatasetFaultKind.FeedbackLabel, 0, _mapPath("label"), "a true/false label beside the conversation", "good answers only", "SFT learns every assistant message: keep the rows with label true, or wait for preference training.");
        }
    }

    /// <summary>A row to answer: what the assistant says at its end is the dataset's own answer, and may be missing.</summary>
    private void CheckPrompt()
    {
        if (!_unclear && _measure.User + _measure.Tool == 0 && faults.Count(DatasetFaultKind.EmptyMessages))
        {
            faults.Add(DatasetFaultKind.EmptyMessages, 0, _mapPath("messages"), "nothing to answer", "a user or tool message", "Add what the model is asked, or remove the row.");
        }

        if (_previousRole != ChatRole.Assistant)
        {
            _measure.PromptHash = _hash;
            _measure.PromptCharacters = _measure.Characters;
            _measure.AnswerLength = -1;
            _measure.HasAnswer = false;
        }

        _measure.HasPrompt = true;
        _measure.Learnt = 0;
    }

    private void CheckLearning()
    {
        if (_measure.Assistant == 0)
        {
            // A message whose speaker is not known may well be the assistant's; its own fault is listed.
            if (!_unclear && faults.Count(DatasetFaultKind.NoAssistantMessage))
            {
                faults.Add(DatasetFaultKind.NoAssistantMessage, 0, _mapPath("messages"), Counted.Text(_messageIndex + 1, "message") + ", none of the assistant", "an assistant message to learn", "Add the answer as a message with role assistant, or remove the row.");
            }
        }
        else if (_measure.Learnt == 0 || _rowWeight == 0)
        {
            if (faults.Count(DatasetFaultKind.NothingLearnt))
            {
                faults.Add(DatasetFaultKind.NothingLearnt, 0, _rowWeight == 0 ? _mapPath("weight") : _mapPath("messages"), "weight 0 on everything", "at least one assistant message with weight 1", "Set weight to 1 where the answer should be learnt, or remove the row.");
            }
        }
        else if (_previousRole != ChatRole.Assistant && _previousRole != ChatRole.None && faults.Count(DatasetFaultKind.LastMessageNotAssistant))
        {
            faults.Add(DatasetFaultKind.LastMessageNotAssistant, 0, _mapPath($"messages[{_messageIndex}]"), $"a {NameOf(_previousRole)} message at the end", "an assistant message at the end", "It is read but not learnt: remove it, or add the answer.");
        }
    }

    /// <summary>Reads over a value that means nothing here, still checking keys, strings and depth.</summary>
    private void SkipValue(ref Utf8JsonReader reader, string field)
    {
        if (reader.TokenType is JsonTokenType.String)
        {
            Measure(ref reader, field);
            return;
        }

        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }

        // One frame a level; the reader's own limit keeps this short.
        Span<KeySet.Frame> frames = stackalloc KeySet.Frame[maxDepth + 1];
        var depth = reader.CurrentDepth;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            frames[depth] = _keys.Begin();
        }

        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    frames[reader.CurrentDepth] = _keys.Begin();
                    break;
                case JsonTokenType.PropertyName:
                    CheckKey(ref reader, frames[reader.CurrentDepth - 1], field);
                    break;
                case JsonTokenType.String:
                    Measure(ref reader, field);
                    break;
                case JsonTokenType.EndObject:
                    _keys.End(frames[reader.CurrentDepth]);
                    break;
            }

            if (reader.CurrentDepth == depth && reader.TokenType is (JsonTokenType.EndObject or JsonTokenType.EndArray))
            {
                return;
            }
        }
    }

    private void CheckKey(ref Utf8JsonReader reader, KeySet.Frame frame, string field)
    {
        bool isNew;
        if (reader.ValueIsEscaped)
        {
            if (Measure(ref reader, field) < 0)
            {
                return;
            }

            isNew = _keys.Add(frame, Encoding.UTF8.GetBytes(reader.GetString()!));
        }
        else
        {
            isNew = _keys.Add(frame, reader.ValueSpan);
        }

        if (!isNew && faults.Count(DatasetFaultKind.DuplicateKey))
        {
            var name = reader.GetString()!;
            faults.Add(DatasetFaultKind.DuplicateKey, reader.TokenStartIndex, _mapPath(Join(Place(field), name)), $"the key {JsonText.Quote(reader.ValueSpan)} twice in one object", "each key once", "Programs differ in which one counts: remove one.");
        }
    }

    /// <summary>Characters of the string the reader stands on, or -1 where it holds half a surrogate pair.</summary>
    private long Measure(ref Utf8JsonReader reader, string field)
    {
        var characters = JsonText.CountCharacters(reader.ValueSpan, reader.ValueIsEscaped, out var loneSurrogate);
        if (loneSurrogate < 0)
        {
            return characters;
        }

        _halfCharacter = true;
        if (faults.Count(DatasetFaultKind.LoneSurrogate))
        {
            faults.Add(
                DatasetFaultKind.LoneSurrogate, reader.TokenStartIndex + 1 + loneSurrogate, _mapPath(Place(field)),
                $"the escape {Encoding.ASCII.GetString(reader.ValueSpan.Slice(loneSurrogate, 6))} alone", "a pair of surrogates, or the character itself",
                "Half a character cannot be stored: write the text again as UTF-8.");
        }

        return -1;
    }

    private void Fault(ref Utf8JsonReader reader, DatasetFaultKind kind, string field, string found, string expected, string fix)
    {
        if (faults.Count(kind))
        {
            faults.Add(kind, reader.TokenStartIndex, _mapPath(field), found, expected, fix);
        }
    }

    /// <summary>Inside messages, the message that is being read; fields are passed as constants so that good rows cost no text.</summary>
    private string Place(string field)
        => _messageIndex >= 0 && field.StartsWith("messages", StringComparison.Ordinal) ? $"messages[{_messageIndex}]{field["messages".Length..]}" : field;

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string NameOf(ChatRole role) => role switch
    {
        ChatRole.System => "system",
        ChatRole.Developer => "developer",
        ChatRole.User => "user",
        ChatRole.Tool => "tool",
        _ => "assistant",
    };

    /// <summary>A tool call that waits for its tool message.</summary>
    private record struct OpenCall(ulong Id, int Message, int Call, bool Answered);
}
