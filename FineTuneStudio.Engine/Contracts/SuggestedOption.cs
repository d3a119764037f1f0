using System.Globalization;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>A value that fits the data better than the catalog's default.</summary>
/// <param name="Option">What it is a value of.</param>
/// <param name="Number">The value.</param>
/// <param name="Reason">Why, in the data's own figures.</param>
/// <param name="Source">Where the rule is from.</param>
public sealed record SuggestedOption(AdvisedOption Option, double Number, string Reason, string Source)
{
    /// <summary>JSON path in <see cref="RunSpecification"/>.</summary>
    public string Path => Option.Path;

    /// <summary>The value as a person would type it.</summary>
    public string Value => Text(Number);

    /// <summary>A number as a person would type it: 16, 0.002, 2e-4.</summary>
    public static string Text(double value) => value.ToString(value is >= 0.001 or 0 ? "0.####" : "0.#e-0", CultureInfo.InvariantCulture);

    /// <summary>Whether a specification has this value.</summary>
    public bool IsIn(RunSpecification specification) => Option.Read(specification) == Number;

    /// <summary>A specification with this value in place of its own.</summary>
    public RunSpecification Apply(RunSpecification specification) => Option.Set(specification, Number);
}
