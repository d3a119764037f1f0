namespace FineTuneStudio.Engine.Models.Weights;

/// <summary>A place in a network that a tensor of the hub's files fills.</summary>
/// <param name="Name">Name in the files.</param>
/// <param name="Shape">Shape it must have.</param>
/// <param name="Kind">What it is.</param>
internal sealed record WeightSlot(string Name, long[] Shape, WeightKind Kind)
{
    public const string WeightSuffix = ".weight";
    public const string BiasSuffix = ".bias";

    /// <summary>Whether the file decides that it is there: the model works without it.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whether a model made anew has it.</summary>
    public bool IsInNewModel { get; init; } = true;

    /// <summary>Number of elements.</summary>
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>A linear's weight, and its bias where the file holds one: the configurations do not tell reliably.</summary>
    /// <param name="name">Of the module.</param>
    /// <param name="outputs">Width of what goes out.</param>
    /// <param name="inputs">Width of what comes in.</param>
    /// <param name="newBias">Whether a model made anew has the bias.</param>
    public static WeightSlot[] Linear(string name, long outputs, long inputs, bool newBias) =>
    [
        new(name + WeightSuffix, [outputs, inputs], WeightKind.Matrix),
        new(name + BiasSuffix, [outputs], WeightKind.Offset) { IsOptional = true, IsInNewModel = newBias },
    ];

    /// <summary>A norm's factor.</summary>
    /// <param name="name">Of the module.</param>
    /// <param name="size">Width of what is normed.</param>
    /// <param name="offset">Whether it is what the factor has beyond 1.</param>
    public static WeightSlot Norm(string name, long size, bool offset) => new(name + WeightSuffix, [size], offset ? WeightKind.Offset : WeightKind.Norm);
}
