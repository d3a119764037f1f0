namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>Grouped-query attention of one layer.</summary>
public sealed record AttentionDescription
{
    /// <summary>Query heads. <c>H</c></summary>
    public required int Heads { get; init; }

    /// <summary>Key/value heads; query head h reads head <c>h / (H/K)</c>. <c>K</c></summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of a head. <c>C</c></summary>
    public required int HeadSize { get; init; }

    /// <summary>Factor on the scores.</summary>
    public required double Scale { get; init; }

    /// <summary>Tokens that one looks at, itself included; <see langword="null"/> without limit.</summary>
    public int? Window { get; init; }

    /// <summary>Whether queries and keys are normed head by head before they turn.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Biases on q, k, v that a model made anew gets; in a file, a bias is where the file holds one.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>How positions turn queries and keys.</summary>
    public required RopeDescription Rope { get; init; }
}
