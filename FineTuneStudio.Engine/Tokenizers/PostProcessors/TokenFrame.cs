namespace FineTuneStudio.Engine.Tokenizers.PostProcessors;

/// <summary>What a post-processor puts around the ids of one text.</summary>
/// <param name="Before">Ids in front.</param>
/// <param name="After">Ids behind.</param>
internal sealed record TokenFrame(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    /// <summary>Nothing.</summary>
    public static TokenFrame Empty { get; } = new([], []);

    /// <summary>This frame with another around it.</summary>
    public TokenFrame Within(TokenFrame outer) => new([.. outer.Before, .. Before], [.. After, .. outer.After]);
}
