using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets.Rows;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>A conversation as a question: an assistant message at its end is the dataset's own answer, all before it is the prompt.</summary>
public sealed class ConversationSplit
{
    private readonly Conversation _conversation;
    private readonly int _messages;

    private ConversationSplit(Conversation conversation)
    {
        _conversation = conversation;
        _messages = conversation.Messages.GetArrayLength();
        if (_messages > 0 && conversation.Messages[_messages - 1] is var last && Text(last, "role") == "assistant")
        {
            (Answer, _messages) = (last, _messages - 1);
        }
    }

    /// <summary>The dataset's own answer, a message; <see langword="null"/> where the conversation ends otherwise.</summary>
    public JsonElement? Answer { get; }

    /// <summary>What it says; empty where there is none, or it is no text.</summary>
    public string AnswerText => Answer is { } answer ? Text(answer, "content") : "";

    /// <summary>Whether there is anything before the answer.</summary>
    public bool HasPrompt => _messages > 0;

    /// <summary>What is to be answered.</summary>
    public Conversation Prompt => Answer is null
        ? _conversation
        : _conversation with { Messages = JsonText.Parse($"[{string.Join(',', _conversation.Messages.EnumerateArray().Take(_messages).Select(message => message.GetRawText()))}]") };

    /// <summary>The last user turn before the answer, as the person wrote it; empty where there is none.</summary>
    public string Question => _conversation.Messages.EnumerateArray().Take(_messages).Where(message => Text(message, "role") == "user").Select(message => Text(message, "content")).LastOrDefault("");

    /// <summary>Splits a conversation.</summary>
    public static ConversationSplit Of(Conversation conversation) => new(conversation);

    private static string Text(JsonElement message, string field)
        => message.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
