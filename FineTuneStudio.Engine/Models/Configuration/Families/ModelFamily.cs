namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>An architecture that is built: the names it goes by, and how <c>config.json</c> becomes a network.</summary>
/// <param name="Name"><c>model_type</c> of the file.</param>
/// <param name="Architecture">Class name in transformers.</param>
/// <param name="Read">Reads the file's fields; faults are collected there.</param>
internal sealed record ModelFamily(string Name, string Architecture, Func<ConfigFields, ModelFamily, ModelConfig> Read)
{
    /// <summary>Other values of <c>model_type</c> for the same network.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>
    /// What transformers takes for fields that a file leaves out, a JSON object; a null in the file is none of them. The network's sizes are not here: a file
    /// without those is broken.
    /// </summary>
    public string Defaults { get; init; } = "{}";
}
