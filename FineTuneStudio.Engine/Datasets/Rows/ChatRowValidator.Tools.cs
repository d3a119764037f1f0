using System.Buffers;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets.Statistics;

namespace FineTuneStudio.Engine.Datasets.Rows;

// Tool definitions, tool calls, and the messages that answer them.
internal sealed partial class ChatRowValidator
{
    private void ReadTools(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            Fault(ref reader, DatasetFaultKind.WrongType, "tools", JsonText.Describe(ref reader), "an array of tool definitions", "Write tools as [{\"type\": \"function\", \"function\": {\"name\": ..., \"parameters\": {...}}}], not as text.");
            SkipValue(ref reader, "tools");
            return;
        }

        var tool = -1;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            tool++;
            _measure.HasTools = true;
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadTool(ref reader, tool);
                continue;
            }

            Fault(ref reader, DatasetFaultKind.InvalidTool, $"tools[{tool}]", JsonText.Describe(ref reader), "a tool definition", "Write each tool as {\"type\": \"function\", \"function\": {...}}.");
            SkipValue(ref reader, "tools");
        }
    }

    private void ReadTool(ref Utf8JsonReader reader, int tool)
    {
        var position = reader.TokenStartIndex;
        var named = false;
        var frame = _keys.Begin();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            CheckKey(ref reader, frame, "tools");
            var isFunction = reader.ValueTextEquals("function"u8);
            reader.Read();
            if (isFunction && reader.TokenType == JsonTokenType.StartObject)
            {
                named = ReadFunctionName(ref reader);
            }
            else
            {
                SkipValue(ref reader, "tools");
            }
        }

        _keys.End(frame);
        if (!named && faults.Count(DatasetFaultKind.InvalidTool))
        {
            faults.Add(DatasetFaultKind.InvalidTool, position, _mapPath($"tools[{tool}].function.name"), "a tool without a function name", "a function with a name", "Write each tool as {\"type\": \"function\", \"function\": {\"name\": ..., \"parameters\": {...}}}.");
        }
    }

    private bool ReadFunctionName(ref Utf8JsonReader reader)
    {
        var named = false;
        var frame = _keys.Begin();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            CheckKey(ref reader, frame, "tools");
            var isName = reader.ValueTextEquals("name"u8);
            reader.Read();
            named |= isName && reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0;
            SkipValue(ref reader, "tools");
        }

        _keys.End(frame);
        return named;
    }

    private void ReadToolCalls(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            Fault(ref reader, DatasetFaultKind.InvalidToolCall, Path("tool_calls"), JsonText.Describe(ref reader), "an array of tool calls", "Write tool_calls as [{\"id\": ..., \"type\": \"function\", \"function\": {...}}].");
            SkipValue(ref reader, "messages");
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadToolCall(ref reader);
            }
            else
            {
                Fault(ref reader, DatasetFaultKind.InvalidToolCall, Path($"tool_calls[{_calls}]"), JsonText.Describe(ref reader), "a tool call", "Write each call as {\"id\": ..., \"type\": \"function\", \"function\": {\"name\": ..., \"arguments\": \"{...}\"}}.");
                SkipValue(ref reader, "messages");
            }

            _calls++;
        }
    }

    private void ReadToolCall(ref Utf8JsonReader reader)
    {
        var position = reader.TokenStartIndex;
        ulong? id = null;
        var complete = false;
        var frame = _keys.Begin();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            CheckKey(ref reader, frame, "messages");
            var isId = reader.ValueTextEquals("id"u8);
            var isFunction = reader.ValueTextEquals("function"u8);
            reader.Read();
            if (isFunction && reader.TokenType == JsonTokenType.StartObject)
            {
                complete = ReadCalledFunction(ref reader);
                continue;
            }

            if (isId && reader.TokenType == JsonTokenType.String)
            {
                id = Hash64.Append(0, reader.ValueSpan);
            }

            SkipValue(ref reader, "messages");
        }

        _keys.End(frame);
        if ((id is null || !complete) && faults.Count(DatasetFaultKind.InvalidToolCall))
        {
            var missing = id is null ? "id" : "function.name or function.arguments";
            faults.Add(DatasetFaultKind.InvalidToolCall, position, _mapPath(Path($"tool_calls[{_calls}]")), $"a tool call without {missing}", "id, and function with name and arguments", "Write each call as {\"id\": ..., \"type\": \"function\", \"function\": {\"name\": ..., \"arguments\": \"{...}\"}}.");
        }

        if (id is { } known)
        {
            _newCalls.Add(new OpenCall(known, _messageIndex, _calls, Answered: false));
        }
    }

    private bool ReadCalledFunction(ref Utf8JsonReader reader)
    {
        var named = false;
        var arguments = false;
        var frame = _keys.Begin();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            CheckKey(ref reader, frame, "messages");
            var isName = reader.ValueTextEquals("name"u8);
            var isArguments = reader.ValueTextEquals("arguments"u8);
            reader.Read();
            if (isArguments)
            {
                arguments = true;
                CheckArguments(ref reader);
            }

            named |= isName && reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0;
            SkipValue(ref reader, "messages");
        }

        _keys.End(frame);
        return named && arguments;
    }

    private void CheckArguments(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            Fault(ref reader, DatasetFaultKind.ToolArgumentsNotText, Path($"tool_calls[{_calls}].function.arguments"), "an object", "the object as JSON text", "It is taken as it is; other tools want it in quotes: \"arguments\": \"{\\\"city\\\": ...}\".");
            return;
        }

        if (reader.TokenType == JsonTokenType.String && IsJsonObject(ref reader))
        {
            return;
        }

        Fault(ref reader, DatasetFaultKind.ToolArgumentsNotJson, Path($"tool_calls[{_calls}].function.arguments"), JsonText.Describe(ref reader), "a JSON object as text", "Write the arguments as the text of a JSON object, {} where there are none.");
    }

    private bool IsJsonObject(ref Utf8JsonReader reader)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, reader.ValueSpan.Length));
        try
        {
            var length = reader.CopyString(buffer);
            var inner = new Utf8JsonReader(buffer.AsSpan(0, length), _readerOptions);
            if (!inner.Read() || inner.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            inner.Skip();
            return !inner.Read();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void ReadToolCallId(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            _callIdSeen = true;
            _callIdPosition = reader.TokenStartIndex;
            _callId = Hash64.Append(0, reader.ValueSpan);
        }
        else if (reader.TokenType != JsonTokenType.Null)
        {
            Fault(ref reader, DatasetFaultKind.WrongType, Path("tool_call_id"), JsonText.Describe(ref reader), "the id of a tool call as text", "Copy the id of the call that this message answers.");
        }

        SkipValue(ref reader, "messages");
    }

    /// <summary>A tool message: ticks off the call that it answers.</summary>
    private void AnswerCall(long position)
    {
        for (var i = 0; i < _openCalls.Count && _callIdSeen; i++)
        {
            if (_idsAreOurs || (_openCalls[i].Id == _callId && !_openCalls[i].Answered))
            {
                _openCalls[i] = _openCalls[i] with { Answered = true };
                return;
            }
        }

        if (faults.Count(DatasetFaultKind.ToolMessageWithoutCall))
        {
            var found = !_callIdSeen ? "a tool message without tool_call_id" : _openCalls.Count == 0 ? "a tool message with no call before it" : "a tool_call_id that no open call has";
            faults.Add(DatasetFaultKind.ToolMessageWithoutCall, _callIdSeen ? _callIdPosition : position, _mapPath(Path("tool_call_id")), found, "the id of a call in the assistant message before", "Copy the id of the call that this message answers, or remove the message.");
        }
    }

    /// <summary>Calls that should have been answered by now; a last message may leave its calls open: they are what is learnt.</summary>
    private void ReportOpenCalls(bool atEnd)
    {
        foreach (var call in _openCalls)
        {
            var isLast = atEnd && call.Message == _messageIndex;
            if (!call.Answered && !isLast && !_idsAreOurs && faults.Count(DatasetFaultKind.ToolCallWithoutMessage))
            {
                faults.Add(DatasetFaultKind.ToolCallWithoutMessage, 0, _mapPath($"messages[{call.Message}].tool_calls[{call.Call}].id"), "a call that no tool message answers", "a tool message with this tool_call_id", "Add the tool's result as the next message, or remove the call.");
            }
        }

        _openCalls.Clear();
        _openCalls.AddRange(_newCalls);
        _newCalls.Clear();
    }
}
