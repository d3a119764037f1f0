namespace FineTuneStudio.Engine.Contracts;

/// <summary>Options that fit a dataset and a model, with their reasons.</summary>
public sealed record RunSuggestion
{
    /// <summary>Peak learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Most tokens of a sequence.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Sequences in one forward pass.</summary>
    public required int BatchRows { get; init; }

    /// <summary>Forward passes of a step.</summary>
    public required int Accumulation { get; init; }

    /// <summary>Passes over the rows.</summary>
    public required double Epochs { get; init; }

    /// <summary>Each value with its reason.</summary>
    public required IReadOnlyList<SuggestedOption> Options { get; init; }

    /// <summary>A specification with these values in place of its own.</summary>
    public RunSpecification ApplyTo(RunSpecification specification) => specification with
    {
        Schedule = specification.Schedule with { LearningRate = LearningRate },
        Batch = specification.Batch with { Rows = BatchRows, Accumulation = Accumulation, ContextLength = ContextLength },
        Duration = specification.Duration with { Epochs = Epochs },
    };
}
