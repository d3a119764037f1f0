namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>Tools that the model may call while it answers: functions in Python, run in the sandbox that graders run in (docs/reinforcement.md).</summary>
public sealed record ToolOptions
{
    private const int LongestSource = 256 * 1024;

    /// <summary>Functions, a tool each: its name, its arguments with their types, its docstring. One whose name begins with an underscore is none.</summary>
    public required string Source { get; init; }

    /// <summary>Most turns of the model in one conversation; the calls of the last are not answered.</summary>
    public int Turns { get; init; } = OptionCatalog.ToolTurns.Default;

    /// <summary>Most tokens of what a tool answers; more are cut off.</summary>
    public int ResultTokens { get; init; } = OptionCatalog.ToolResultTokens.Default;

    /// <summary>Most tokens of a conversation behind its prompt, tools' answers included; <see langword="null"/> takes what the context leaves.</summary>
    public int? ConversationTokens { get; init; }

    internal IEnumerable<UserError> Validate()
    {
        if (string.IsNullOrWhiteSpace(Source) || Source.Length > LongestSource)
        {
            yield return new("reinforcement.tools.source", Source.Length > LongestSource ? $"Write at most {LongestSource} characters, not {Source.Length}." : "Write a function in Python for each tool, or leave reinforcement.tools out.");
        }

        if (Turns is not (>= 1 and <= 100))
        {
            yield return new("reinforcement.tools.turns", $"Allow from 1 to 100 turns, not {Turns}.");
        }

        if (ResultTokens is not (>= 1 and <= 65_536))
        {
            yield return new("reinforcement.tools.resultTokens", $"Allow from 1 to 65536 tokens, not {ResultTokens}.");
        }

        if (ConversationTokens is < 1)
        {
            yield return new("reinforcement.tools.conversationTokens", $"Allow 1 token or more, not {ConversationTokens}.");
        }
    }
}
