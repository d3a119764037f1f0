using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>What a conversation says, message by message: what a person reads and searches.</summary>
public static class ConversationText
{
    /// <summary>The messages, in order.</summary>
    public static IEnumerable<MessageText> Of(Conversation conversation)
    {
        foreach (var message in conversation.Messages.EnumerateArray())
        {
            yield return new MessageText(Text(message, "role"), Text(message, "content"), Text(message, "reasoning_content"), [.. Calls(message)]);
        }
    }

    private static IEnumerable<ToolCallText> Calls(JsonElement message)
    {
        if (!message.TryGetProperty("tool_calls", out var calls) || calls.ValueKind != JsonValueKind.Array)
        {
            yield break;
        }

        foreach (var call in calls.EnumerateArray())
        {
            if (call.ValueKind == JsonValueKind.Object && call.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object)
            {
                var arguments = function.TryGetProperty("arguments", out var value) && value.ValueKind != JsonValueKind.String ? value.GetRawText() : Text(function, "arguments");
                yield return new ToolCallText(Text(call, "id"), Text(function, "name"), arguments);
            }
        }
    }

    private static string Text(JsonElement owner, string name)
        => owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";
}
