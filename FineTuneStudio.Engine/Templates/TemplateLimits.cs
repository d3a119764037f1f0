namespace FineTuneStudio.Engine.Templates;

/// <summary>How much one rendering may cost; a template beyond a limit is refused, never the process.</summary>
public sealed record TemplateLimits
{
    /// <summary>The limits used where none are given.</summary>
    public static TemplateLimits Default { get; } = new();

    /// <summary>Most UTF-16 units of output, and of any one string on the way there.</summary>
    public int Characters { get; init; } = 64 * 1024 * 1024;

    /// <summary>Most steps: loop iterations, calls, and items that filters go through.</summary>
    public long Steps { get; init; } = 20_000_000;

    /// <summary>Most macro calls inside each other.</summary>
    public int Depth { get; init; } = 200;

    /// <summary>Most items of a <c>range</c>, and of a list made by repetition.</summary>
    public int Items { get; init; } = 100_000;
}
