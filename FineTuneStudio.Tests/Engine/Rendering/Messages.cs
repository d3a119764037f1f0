using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Tests.Engine.Rendering;

/// <summary>Conversations in few words.</summary>
internal static class Messages
{
    public static Conversation Parse(string messages, string? tools = null) => new(
        JsonDocument.Parse(messages).RootElement, tools is null ? null : JsonDocument.Parse(tools).RootElement);

    /// <summary>The conversation up to a message, without it.</summary>
    public static Conversation Before(Conversation conversation, int count) => conversation with
    {
        Messages = JsonSerializer.SerializeToElement(conversation.Messages.EnumerateArray().Take(count)),
    };

    public static int Count(Conversation conversation) => conversation.Messages.GetArrayLength();

    /// <summary>A few turns of a few odd words, the last one the assistant's.</summary>
    public static Conversation Random(Random random)
    {
        string[] words = ["yes", " ", "\n", "é木😀", "<|im", "assistant", "Yo", "user\n", "\t", "'", "</think>"];
        var turns = random.Next(1, 4);
        return new Conversation(JsonSerializer.SerializeToElement(Enumerable.Range(0, turns * 2).Select(i => new
        {
            role = i % 2 == 0 ? "user" : "assistant",
            content = "x" + string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => words[random.Next(words.Length)])),
        })));
    }
}
