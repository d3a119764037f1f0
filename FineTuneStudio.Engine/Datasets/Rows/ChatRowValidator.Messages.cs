using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets.Statistics;

namespace FineTuneStudio.Engine.Datasets.Rows;

// One message: its fields, then what its role demands.
internal sealed partial class ChatRowValidator
{
    private ChatRole _role;
    private bool _roleSeen;
    private Content _content;
    private long _contentPosition;
    private int _textStart;
    private int _textLength;
    private int _texts;
    private long _characters;
    private ulong _textHash;
    private int _calls;
    private bool _callIdSeen;
    private ulong _callId;
    private long _callIdPosition;
    private double? _weight;
    private long _weightPosition;
    private bool _reasoning;

    private enum Content : byte
    {
        Missing,
        Null,
        Blank,
        Text,
        Unusable,
    }

    private string Path(string field) => field.Length == 0 ? $"messages[{_messageIndex}]" : $"messages[{_messageIndex}].{field}";

    private void ReadMessage(ref Utf8JsonReader reader, ReadOnlySpan<byte> row)
    {
        BeginMessage();
        var position = reader.TokenStartIndex;
        var frame = _keys.Begin();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            CheckKey(ref reader, frame, "messages");
            if (reader.ValueTextEquals("role"u8))
            {
                ReadRole(ref reader);
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                ReadContent(ref reader);
            }
            else if (reader.ValueTextEquals("weight"u8))
            {
                ReadWeight(ref reader);
            }
            else if (reader.ValueTextEquals("tool_calls"u8))
            {
                ReadToolCalls(ref reader);
            }
            else if (reader.ValueTextEquals("tool_call_id"u8))
            {
                ReadToolCallId(ref reader);
            }
            else
            {
                ReadOtherMessageField(ref reader);
            }
        }

        _keys.End(frame);
        EndMessage(row, position);
    }

    private void BeginMessage()
    {
        _role = ChatRole.None;
        _roleSeen = false;
        _content = Content.Missing;
        _contentPosition = 0;
        _textStart = 0;
        _textLength = 0;
        _texts = 0;
        _characters = 0;
        _textHash = 0;
        _calls = 0;
        _callIdSeen = false;
        _callId = 0;
        _weight = null;
        _reasoning = false;
    }

    private void ReadRole(ref Utf8JsonReader reader)
    {
        reader.Read();
        _roleSeen = true;
        if (reader.TokenType == JsonTokenType.String)
        {
            _role = RoleOf(ref reader);
            if (_role != ChatRole.None)
            {
                return;
            }
        }

        if (faults.Count(DatasetFaultKind.UnknownRole))
        {
            var fix = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("function"u8)
                ? "The role function is now tool: give the message a tool_call_id."
                : "Rename the role to the one that speaks.";
            faults.Add(DatasetFaultKind.UnknownRole, reader.TokenStartIndex, _mapPath(Path("role")), JsonText.Describe(ref reader), "system, developer, user, assistant or tool", fix);
        }

        SkipValue(ref reader, "messages");
    }

    private static ChatRole RoleOf(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("user"u8))
        {
            return ChatRole.User;
        }

        if (reader.ValueTextEquals("assistant"u8))
        {
            return ChatRole.Assistant;
        }

        if (reader.ValueTextEquals("system"u8))
        {
            return ChatRole.System;
        }

        if (reader.ValueTextEquals("tool"u8))
        {
            return ChatRole.Tool;
        }

        return reader.ValueTextEquals("developer"u8) ? ChatRole.Developer : ChatRole.None;
    }

    private void ReadContent(ref Utf8JsonReader reader)
    {
        reader.Read();
        _contentPosition = reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                AddText(ref reader);
                break;
            case JsonTokenType.Null:
                _content = Content.Null;
                break;
            case JsonTokenType.StartArray:
                ReadParts(ref reader);
                break;
            default:
                _content = Content.Unusable;
                Fault(ref reader, DatasetFaultKind.WrongType, Path("content"), JsonText.Describe(ref reader), "text, a list of text parts, or null", "Write the content as text in quotes.");
                SkipValue(ref reader, "messages");
                break;
        }
    }

    private void AddText(ref Utf8JsonReader reader)
    {
        var characters = Measure(ref reader, "messages.content");
        if (characters < 0)
        {
            _content = Content.Unusable;
            return;
        }

        _texts++;
        _textStart = (int)reader.TokenStartIndex + 1;
        _textLength = reader.ValueSpan.Length;
        _characters += characters;
        _textHash = Hash64.Append(_textHash, reader.ValueSpan);
        if (_content != Content.Text && _content != Content.Unusable)
        {
            _content = JsonText.IsBlank(reader.ValueSpan) ? Content.Blank : Content.Text;
        }
    }

    private void ReadParts(ref Utf8JsonReader reader)
    {
        _content = Content.Blank;
        var part = -1;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            part++;
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadPart(ref reader, part);
                continue;
            }

            _content = Content.Unusable;
            Fault(ref reader, DatasetFaultKind.WrongType, Path($"content[{part}]"), JsonText.Describe(ref reader), "a part such as {\"type\": \"text\", \"text\": ...}", "Write the content as one text, or each part as an object with type and text.");
            SkipValue(ref reader, "messages");
        }
    }

    private void ReadPart(ref Utf8JsonReader reader, int part)
    {
        var position = reader.TokenStartIndex;
        var isText = false;
        var typeSeen = false;
        var textSeen = false;
        var frame = _keys.Begin();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            CheckKey(ref reader, frame, "messages");
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                typeSeen = true;
                isText = reader.TokenType == JsonTokenType.String && (reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("refusal"u8));
                if (!isText)
                {
                    ReportPartType(ref reader, part);
                }
            }
            else if (reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("refusal"u8))
            {
                reader.Read();
                textSeen = reader.TokenType == JsonTokenType.String;
                if (textSeen)
                {
                    AddText(ref reader);
                    continue;
                }

                SkipValue(ref reader, "messages");
            }
            else
            {
                reader.Read();
                SkipValue(ref reader, "messages");
            }
        }

        _keys.End(frame);
        if (typeSeen && (!isText || textSeen))
        {
            return;
        }

        _content = Content.Unusable;
        if (faults.Count(DatasetFaultKind.MissingField))
        {
            var missing = typeSeen ? "text" : "type";
            faults.Add(DatasetFaultKind.MissingField, position, _mapPath(Path($"content[{part}].{missing}")), $"a part without {missing}", $"a text in {missing}", "Write text parts as {\"type\": \"text\", \"text\": ...}.");
        }
    }

    private void ReportPartType(ref Utf8JsonReader reader, int part)
    {
        _content = Content.Unusable;
        var isMedia = reader.TokenType == JsonTokenType.String && MediaParts.Contains(reader.ValueSpan);
        var kind = isMedia ? DatasetFaultKind.UnsupportedContent : DatasetFaultKind.WrongType;
        Fault(
            ref reader, kind, Path($"content[{part}].type"), JsonText.Describe(ref reader), "text",
            isMedia ? "Text models cannot learn from images, sound or files yet: remove the part, or describe it in words." : "Only text parts are learnt from: write it as {\"type\": \"text\", \"text\": ...}.");
        SkipValue(ref reader, "messages");
    }

    private void ReadWeight(ref Utf8JsonReader reader)
    {
        reader.Read();
        _weightPosition = reader.TokenStartIndex;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var weight) && weight is 0 or 1)
        {
            _weight = weight;
            return;
        }

        if (reader.TokenType != JsonTokenType.Null)
        {
            Fault(ref reader, DatasetFaultKind.InvalidWeight, Path("weight"), JsonText.Describe(ref reader), "0 or 1", "Use 1 to learn the message and 0 to only read it.");
            SkipValue(ref reader, "messages");
        }
    }

    private void ReadOtherMessageField(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("reasoning_content"u8))
        {
            reader.Read();
            _reasoning = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0;
            ExpectText(ref reader, "reasoning_content");
            return;
        }

        if (reader.ValueTextEquals("name"u8))
        {
            reader.Read();
            ExpectText(ref reader, "name");
            return;
        }

        if (reader.ValueTextEquals("function_call"u8) && faults.Count(DatasetFaultKind.DeprecatedField))
        {
            faults.Add(DatasetFaultKind.DeprecatedField, reader.TokenStartIndex, _mapPath(Path("function_call")), "the field function_call", "tool_calls", "It is ignored: write the call as an entry of tool_calls.");
        }

        reader.Read();
        SkipValue(ref reader, "messages");
    }

    private void ExpectText(ref Utf8JsonReader reader, string field)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
        {
            Fault(ref reader, DatasetFaultKind.WrongType, Path(field), JsonText.Describe(ref reader), "text", "Write it as text in quotes, or leave it out.");
        }

        SkipValue(ref reader, "messages");
    }

    private void EndMessage(ReadOnlySpan<byte> row, long position)
    {
        if (!_roleSeen && faults.Count(DatasetFaultKind.MissingField))
        {
            faults.Add(DatasetFaultKind.MissingField, position, _mapPath(Path("role")), "a message without role", "system, developer, user, assistant or tool", "Say who speaks.");
        }

        _unclear |= _role == ChatRole.None;
        CheckContent(position);
        if (_weight > 0 && _role is not (ChatRole.Assistant or ChatRole.None) && faults.Count(DatasetFaultKind.InvalidWeight))
        {
            faults.Add(DatasetFaultKind.InvalidWeight, _weightPosition, _mapPath(Path("weight")), $"weight 1 on a {NameOf(_role)} message", "weights on assistant messages only", "Only what the assistant says is learnt: remove the weight.");
        }

        CheckOrder(position);
        Count(row);
        _previousRole = _role;
    }

    private void CheckContent(long position)
    {
        if (_content == Content.Text || _content == Content.Unusable || (_calls > 0 && _role == ChatRole.Assistant))
        {
            return;
        }

        if (_content == Content.Blank)
        {
            // A tool may well return nothing.
            if (_role != ChatRole.Tool && faults.Count(DatasetFaultKind.EmptyContent))
            {
                faults.Add(DatasetFaultKind.EmptyContent, _contentPosition, _mapPath(Path("content")), "empty text", "text", _role == ChatRole.Assistant && !ReadsPrompts ? "The model would learn to say nothing: fill it in, or set weight 0." : "Fill it in or remove the message.");
            }
        }
        else if (faults.Count(DatasetFaultKind.MissingContent))
        {
            var found = _content == Content.Null ? "null" : "a message without content";
            faults.Add(DatasetFaultKind.MissingContent, _content == Content.Null ? _contentPosition : position, _mapPath(Path("content")), found, _role == ChatRole.Assistant ? "text, or tool_calls" : "text", "Fill in the content or remove the message.");
        }
    }

    private void CheckOrder(long position)
    {
        switch (_role)
        {
            case ChatRole.System or ChatRole.Developer:
                if (_conversationBegan && faults.Count(DatasetFaultKind.SystemNotFirst))
                {
                    faults.Add(DatasetFaultKind.SystemNotFirst, position, _mapPath(Path("")), $"a {NameOf(_role)} message inside the conversation", "system messages at the start", "Many chat templates refuse it: move it to the start.");
                }

                return;
            case ChatRole.User when _previousRole == ChatRole.User:
                ReportOrder(position, "two user messages in a row", "a turn of the assistant between them", "Many chat templates refuse it: join the two messages.");
                break;
            case ChatRole.Assistant when !_conversationBegan:
                ReportOrder(position, "an assistant message first", "a user message first", "Many chat templates refuse it: add what the user said.");
                break;
            case ChatRole.Assistant when _previousRole == ChatRole.Assistant:
                ReportOrder(position, "two assistant messages in a row", "a turn of the user between them", "Many chat templates refuse it: join the two messages.");
                break;
        }

        if (_role == ChatRole.Tool)
        {
            AnswerCall(position);
        }
        else if (_role != ChatRole.None)
        {
            ReportOpenCalls(atEnd: false);
        }

        _conversationBegan = true;
    }

    private void ReportOrder(long position, string found, string expected, string fix)
    {
        if (faults.Count(DatasetFaultKind.RoleOrder))
        {
            faults.Add(DatasetFaultKind.RoleOrder, position, _mapPath(Path("role")), found, expected, fix);
        }
    }

    private void Count(ReadOnlySpan<byte> row)
    {
        switch (_role)
        {
            case ChatRole.System:
                _measure.System++;
                break;
            case ChatRole.Developer:
                _measure.Developer++;
                break;
            case ChatRole.User:
                _measure.User++;
                break;
            case ChatRole.Tool:
                _measure.Tool++;
                break;
            case ChatRole.Assistant:
                _measure.Assistant++;
                _measure.HasAnswer = true;
                _measure.HasPrompt = true;
                _measure.Learnt += _weight == 0 ? 0 : 1;
                _measure.ToolCalls += _calls;
                _measure.HasReasoning |= _reasoning || (_texts > 0 && row.Slice(_textStart, _textLength).StartsWith("<think>"u8));
                _measure.PromptHash = _hash;
                _measure.PromptCharacters = _measure.Characters;
                _measure.AnswerHash = _textHash;
                _measure.AnswerCharacters = _characters;
                _measure.AnswerStart = _textStart;
                _measure.AnswerLength = _texts == 1 ? _textLength : -1;
                _measure.AnswerHasToolCalls = _calls > 0;
                break;
        }

        _measure.Characters += _characters;
        _hash = Hash64.Append(_hash ^ _textHash, (ulong)_role);
    }
}
