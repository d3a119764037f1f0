namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>An architecture that is built: the names it goes by, and how <c>config.json</c> becomes a network.</summary>
/// <param name="Name"><c>model_type</c> of the file.</param>
/// <param name="Architecture">Class name in transformers.</param>
/// <param name="Read">Reads the file's fields; faults are collected there.</param>
internal sealed record ModelFamily(string Name, string Architecture, Func<ConfigFields, ModelFamily, ModelConfig> Read)
{
    /// <summary>Other values of <c>model_type</c> for the same network.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}
