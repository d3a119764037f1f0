using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>Which parameters of experts get an adapter.</summary>
internal static class ExpertTargets
{
    /// <summary>Whether an option's target speaks of experts: <c>experts</c> for all, or a parameter by the end of its name.</summary>
    public static bool IsOne(string target)
        => target == LoraOptions.Experts || target.StartsWith(LoraOptions.Experts + ".", StringComparison.Ordinal) || target.Contains($".{LoraOptions.Experts}.", StringComparison.Ordinal);

    /// <summary>The parameters that options mean, as PEFT's <c>target_parameters</c> lists them: <c>experts</c> is written out.</summary>
    public static IReadOnlyList<string> Written(IEnumerable<string> targets, IReadOnlyList<LinearShape> linears)
    {
        var all = linears.OfType<ExpertShape>().Select(shape => string.Join('.', shape.Name.Split('.')[^3..])).Distinct(StringComparer.Ordinal).ToList();
        return
        [
            .. targets.Where(IsOne)
                .SelectMany(target => target == LoraOptions.Experts && all.Count > 0 ? all : [target])
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The chosen parameters, in the model's order.</summary>
    /// <exception cref="UserErrorException">A name matches none; those there are are listed.</exception>
    public static IReadOnlyList<ExpertShape> Choose(IReadOnlyList<string> names, IReadOnlyList<LinearShape> linears, string field)
    {
        var experts = linears.OfType<ExpertShape>().ToList();
        var there = experts.Count == 0
            ? "this model has no experts"
            : $"there are {string.Join(", ", experts.Select(shape => shape.LastPart).Distinct(StringComparer.Ordinal))}";
        UserErrorException.ThrowIfAny(names
            .Where(name => !experts.Exists(shape => Matches(shape, name)))
            .Select(name => new UserError(field, $"The model has no expert parameter '{name}'; {there}.")));
        return experts.FindAll(shape => names.Any(name => Matches(shape, name)));
    }

    // As PEFT: the whole name, or what stands behind a dot.
    private static bool Matches(ExpertShape shape, string name) => shape.Name == name || shape.Name.EndsWith("." + name, StringComparison.Ordinal);
}
