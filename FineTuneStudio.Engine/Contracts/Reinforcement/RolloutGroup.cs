namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>All answers to one prompt at one step.</summary>
public sealed record RolloutGroup
{
    /// <summary>The optimizer step that learnt from it first, from 1.</summary>
    public required int Step { get; init; }

    /// <summary>The prompt's row among the file's good rows, from 0.</summary>
    public required int Row { get; init; }

    /// <summary>Where the row begins in its file, from 1.</summary>
    public required long Line { get; init; }

    /// <summary>The last user turn, as the person wrote it.</summary>
    public required string Prompt { get; init; }

    /// <summary>The dataset's own answer; empty where the row has none.</summary>
    public required string Expected { get; init; }

    /// <summary>The answers, in the order they were asked for.</summary>
    public required IReadOnlyList<RolloutAnswer> Answers { get; init; }

    /// <summary>Whether all scored answers had the same reward, so that none taught anything.</summary>
    public required bool ZeroVariance { get; init; }
}
