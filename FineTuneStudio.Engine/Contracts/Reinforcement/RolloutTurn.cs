using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>A turn of an answer that used tools: what the model drew, or what a tool answered.</summary>
public sealed record RolloutTurn
{
    /// <summary>The tool whose answer it is; <see langword="null"/> for the model's own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tool { get; init; }

    /// <summary>What it says: beside its calls, where it is the model's.</summary>
    public required string Text { get; init; }

    /// <summary>The model's calls; <see langword="null"/> for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ToolCall>? Calls { get; init; }

    /// <summary>What looks like a call and is none, each with its reason.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? CallFaults { get; init; }

    /// <summary>Whether the tool answered with an error.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsError { get; init; }

    /// <summary>Tokens that the model drew for it; 0 where it is a tool's.</summary>
    public required int Tokens { get; init; }

    /// <summary>Turns as messages in OpenAI's form, a list: each answer of a tool with the id of its call.</summary>
    public static JsonElement ToMessages(IEnumerable<RolloutTurn> turns)
    {
        var (messages, open, calls) = (new JsonArray(), new Queue<string>(), 0);
        foreach (var turn in turns)
        {
            if (turn.Tool is not null)
            {
                messages.Add(new JsonObject { ["role"] = "tool", ["name"] = turn.Tool, ["tool_call_id"] = open.Dequeue(), ["content"] = turn.Text });
                continue;
            }

            var message = new JsonObject { ["role"] = "assistant", ["content"] = turn.Text };
            if (new ParsedAnswer(turn.Text, turn.Calls ?? [], []).ToOpenAi(calls) is { } own)
            {
                message["tool_calls"] = JsonNode.Parse(own.GetRawText());
                Enumerable.Range(calls, turn.Calls!.Count).Select(ParsedAnswer.IdOf).ToList().ForEach(open.Enqueue);
                calls += turn.Calls.Count;
            }

            messages.Add(message);
        }

        return JsonSerializer.SerializeToElement(messages);
    }
}
