using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training.Evaluation;

/// <summary>A row taken as a question: everything before its last answer, and that answer.</summary>
/// <param name="Prompt">Messages up to the last answer.</param>
/// <param name="Question">The last user turn, as the person wrote it.</param>
/// <param name="Expected">The dataset's answer; empty where there is none.</param>
internal sealed record AnswerTask(Conversation Prompt, string Question, string Expected)
{
    /// <summary>Splits a conversation; <see langword="null"/> where its last message is no answer in words.</summary>
    public static AnswerTask? Of(Conversation conversation)
        => ToAnswer(conversation) is { Expected.Length: > 0 } task && task.Prompt.Messages.GetArrayLength() > 0 ? task : null;

    /// <summary>Splits a conversation that may end with a question: then the answer is empty, and the prompt all of it.</summary>
    public static AnswerTask ToAnswer(Conversation conversation)
    {
        var messages = conversation.Messages.EnumerateArray().ToList();
        var expected = "";
        if (messages.Count > 0 && Role(messages[^1]) == "assistant")
        {
            expected = Content(messages[^1]) ?? "";
            messages.RemoveAt(messages.Count - 1);
        }

        var question = messages.FindLast(message => Role(message) == "user");
        var prompt = conversation with { Messages = JsonSerializer.SerializeToElement(messages) };
        return new(prompt, question.ValueKind == JsonValueKind.Undefined ? "" : Content(question) ?? "", expected);
    }

    private static string? Role(JsonElement message) => Text(message, "role");

    private static string? Content(JsonElement message) => Text(message, "content");

    private static string? Text(JsonElement message, string field)
        => message.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
