using System.Globalization;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>A value that fits the data better than the catalog's default.</summary>
/// <param name="Path">JSON path in <see cref="RunSpecification"/>; <see cref="OptionCatalog"/> has its name and unit.</param>
/// <param name="Number">The value.</param>
/// <param name="Reason">Why, in the data's own figures.</param>
/// <param name="Source">Where the rule is from.</param>
/// <param name="Read">What a specification has in its place; <see langword="null"/> where another option decides.</param>
/// <param name="Apply">A specification with this value in place of its own.</param>
public sealed record SuggestedOption(
    string Path, double Number, string Reason, string Source, Func<RunSpecification, double?> Read, Func<RunSpecification, RunSpecification> Apply)
{
    /// <summary>The value as a person would type it.</summary>
    public string Value => Text(Number);

    /// <summary>Whether a specification has this value.</summary>
    public bool IsIn(RunSpecification specification) => Read(specification) == Number;

    /// <summary>A number as a person would type it: 16, 0.002, 2e-4.</summary>
    public static string Text(double value) => value.ToString(value is >= 0.001 or 0 ? "0.####" : "0.#e-0", CultureInfo.InvariantCulture);
}
