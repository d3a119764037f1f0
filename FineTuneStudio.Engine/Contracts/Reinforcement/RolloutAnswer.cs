using System.Text.Json;
using System.Text.Json.Serialization;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>An answer that the model drew while it learnt, with its grade.</summary>
public sealed record RolloutAnswer
{
    /// <summary>What it says.</summary>
    public required string Text { get; init; }

    /// <summary>The tool calls that it ends with, taken out of its text; <see langword="null"/> where it calls none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ToolCall>? Calls { get; init; }

    /// <summary>What looks like a call and is none, each with its reason.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? CallFaults { get; init; }

    /// <summary>All its turns, where it was given tools: <see cref="Text"/> is of the last, and <see cref="Tokens"/> are the model's of all of them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RolloutTurn>? Turns { get; init; }

    /// <summary>Text and calls together.</summary>
    [JsonIgnore]
    public ParsedAnswer Said => new(Text, Calls ?? [], CallFaults ?? []);

    /// <summary>What a grader sees of it.</summary>
    /// <param name="item">The row's fields.</param>
    public GradedSample ToSample(JsonElement item) => new(item, Text, (Said with { Calls = Turns is null ? Calls ?? [] : [.. Turns.SelectMany(turn => turn.Calls ?? [])] }).ToOpenAi())
    {
        Messages = Turns is null ? null : RolloutTurn.ToMessages(Turns),
    };

    /// <summary>Its score and why, or why it has none.</summary>
    public required Grade Grade { get; init; }

    /// <summary>The reward it was learnt with: its score less what its length cost; <see langword="null"/> without a score.</summary>
    public required double? Reward { get; init; }

    /// <summary>How much better it is than the others of its group; what the step pushed its tokens by.</summary>
    public required double Advantage { get; init; }

    /// <summary>Whether the step learnt from it.</summary>
    public required bool Learnt { get; init; }

    /// <summary>Whether it was cut at the most tokens allowed.</summary>
    public required bool Cut { get; init; }

    /// <summary>The tokens that the model drew, in order; empty where the run kept none to save disk.</summary>
    public required IReadOnlyList<RolloutToken> Tokens { get; init; }
}
