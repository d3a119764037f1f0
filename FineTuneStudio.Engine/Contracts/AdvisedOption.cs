namespace FineTuneStudio.Engine.Contracts;

/// <summary>An option for which the data can speak: a number, and where a specification has it.</summary>
/// <param name="Path">JSON path in <see cref="RunSpecification"/>; <see cref="OptionCatalog"/> has its name and unit.</param>
/// <param name="Read">What a specification has in its place; <see langword="null"/> where another option decides, or nothing is to be chosen.</param>
/// <param name="Set">A specification with another number in its place.</param>
public sealed record AdvisedOption(string Path, Func<RunSpecification, double?> Read, Func<RunSpecification, double, RunSpecification> Set)
{
    private static readonly RunSpecification Defaults = new() { Model = "", Dataset = new DatasetOptions { Path = "" } };

    /// <summary>Passes over the rows; setting them ends a length in steps.</summary>
    public static AdvisedOption Epochs { get; } = new(
        "duration.epochs", run => run.Duration.Steps is null ? run.Duration.Epochs : null, (run, epochs) => run with { Duration = new DurationOptions { Epochs = epochs } });

    /// <summary>Peak learning rate.</summary>
    public static AdvisedOption LearningRate { get; } = new(
        "schedule.learningRate", run => run.Schedule.LearningRate, (run, rate) => run with { Schedule = run.Schedule with { LearningRate = rate } });

    /// <summary>Rank of the adapter; one that is gone on with keeps its own.</summary>
    public static AdvisedOption Rank { get; } = new(
        "lora.rank", run => run.InitialAdapter is null ? run.Lora?.Rank : null, (run, rank) => run with { Lora = run.Lora is null ? null : run.Lora with { Rank = (int)rank } });

    /// <summary>Numerator of the adapter's scale; one that is gone on with keeps its own.</summary>
    public static AdvisedOption Alpha { get; } = new(
        "lora.alpha", run => run.InitialAdapter is null ? run.Lora?.Alpha : null, (run, alpha) => run with { Lora = run.Lora is null ? null : run.Lora with { Alpha = alpha } });

    /// <summary>Share of the adapter's inputs set to zero; none where the adapter begins as part of the weights, which it would take from the model.</summary>
    public static AdvisedOption Dropout { get; } = new(
        "lora.dropout", run => run.Lora is { Initialization: not LoraInitialization.Pissa } lora ? lora.Dropout : null,
        (run, share) => run.Lora is { Initialization: not LoraInitialization.Pissa } lora ? run with { Lora = lora with { Dropout = share } } : run);

    /// <summary>Most tokens of a sequence.</summary>
    public static AdvisedOption ContextLength { get; } = new(
        "batch.contextLength", run => run.Batch.ContextLength, (run, tokens) => run with { Batch = run.Batch with { ContextLength = (int)tokens } });

    /// <summary>Sequences in one forward pass.</summary>
    public static AdvisedOption BatchRows { get; } = new(
        "batch.rows", run => run.Batch.Rows, (run, rows) => run with { Batch = run.Batch with { Rows = (int)rows } });

    /// <summary>Forward passes of a step.</summary>
    public static AdvisedOption Accumulation { get; } = new(
        "batch.accumulation", run => run.Batch.Accumulation, (run, passes) => run with { Batch = run.Batch with { Accumulation = (int)passes } });

    /// <summary>All of them, in the order in which a person reads them.</summary>
    public static IReadOnlyList<AdvisedOption> All { get; } = [Epochs, LearningRate, Rank, Alpha, Dropout, ContextLength, BatchRows, Accumulation];

    /// <summary>The catalog's default.</summary>
    public double Default => Read(Defaults)!.Value;

    /// <summary>A specification with the default in its place, where there is something to choose.</summary>
    public RunSpecification ToDefault(RunSpecification specification) => Read(specification) is null ? specification : Set(specification, Default);
}
