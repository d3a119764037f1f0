namespace FineTuneStudio.Engine.Contracts;

/// <summary>What the last assistant messages of good rows look like; shares are of those rows, from 0 to 1.</summary>
public sealed record AnswerStatistics
{
    /// <summary>What most of them are.</summary>
    public AnswerKind Kind { get; init; }

    /// <summary>Rows with an answer.</summary>
    public long Rows { get; init; }

    /// <summary>Different answers; an estimate where <see cref="DistinctIsEstimate"/>.</summary>
    public long Distinct { get; init; }

    /// <summary>Whether there were too many to count exactly.</summary>
    public bool DistinctIsEstimate { get; init; }

    /// <summary>The most frequent short answers, most frequent first.</summary>
    public IReadOnlyList<AnswerCount> MostFrequent { get; init; } = [];

    /// <summary>Share of at most 40 characters.</summary>
    public double ShortShare { get; init; }

    /// <summary>Share that is a number and nothing else.</summary>
    public double NumberShare { get; init; }

    /// <summary>Share with a marked result (<c>####</c>, <c>\boxed</c>).</summary>
    public double MarkedResultShare { get; init; }

    /// <summary>Share that is a JSON object or array.</summary>
    public double JsonShare { get; init; }

    /// <summary>Share with a fenced block of code.</summary>
    public double CodeShare { get; init; }

    /// <summary>Share with tool calls.</summary>
    public double ToolCallShare { get; init; }

    /// <summary>Share with written-out reasoning (<c>reasoning_content</c>, <c>&lt;think&gt;</c>).</summary>
    public double ReasoningShare { get; init; }
}
