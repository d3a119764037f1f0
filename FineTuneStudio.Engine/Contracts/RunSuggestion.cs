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

    /// <summary>Rank of the adapter; <see langword="null"/> where none is to be chosen.</summary>
    public required int? Rank { get; init; }

    /// <summary>Share of the adapter's inputs set to zero; <see langword="null"/> where every weight learns.</summary>
    public required double? Dropout { get; init; }

    /// <summary>Each value with its reason.</summary>
    public required IReadOnlyList<SuggestedOption> Options { get; init; }

    /// <summary>Those that would change a specification: not the ones that it has, nor those that say nothing of such a run.</summary>
    public IEnumerable<SuggestedOption> OpenIn(RunSpecification specification) => Options.Where(option => option.Apply(specification) != specification);

    /// <summary>A specification with these values in place of its own.</summary>
    public RunSpecification ApplyTo(RunSpecification specification) => Options.Aggregate(specification, (filled, option) => option.Apply(filled));
}
