using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;

namespace FineTuneStudio.Engine.Training.Evaluation;

/// <summary>A row taken as a question: everything before its last answer, and that answer.</summary>
/// <param name="Prompt">Messages up to the last answer.</param>
/// <param name="Question">The last user turn, as the person wrote it.</param>
/// <param name="Expected">The dataset's answer.</param>
internal sealed record AnswerTask(Conversation Prompt, string Question, string Expected)
{
    /// <summary>Splits a conversation; <see langword="null"/> where its last message is no answer in words.</summary>
    public static AnswerTask? Of(Conversation conversation)
        => ConversationSplit.Of(conversation) is { HasPrompt: true, AnswerText.Length: > 0 } split ? new(split.Prompt, split.Question, split.AnswerText) : null;
}
