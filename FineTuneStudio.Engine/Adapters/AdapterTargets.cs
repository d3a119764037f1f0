using System.Text.RegularExpressions;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>Which linears get an adapter: a list of last name parts, a regular expression over the whole name, or all but the head.</summary>
/// <remarks>Experts are no linears here: they are chosen by <see cref="AdapterConfiguration.TargetParameters"/>.</remarks>
public sealed record AdapterTargets
{
    private static readonly TimeSpan RegexTimeout = TimeSpan.FromMilliseconds(100);

    private AdapterTargets()
    {
    }

    /// <summary>Ends of module names, or empty where <see cref="Pattern"/> decides.</summary>
    public IReadOnlyList<string> Names { get; private init; } = [];

    /// <summary>A regular expression that the whole name matches, or <see langword="null"/>.</summary>
    public string? Pattern { get; private init; }

    /// <summary>Every linear but the head.</summary>
    public bool AllLinear { get; private init; }

    /// <summary>Whether nothing is chosen: an adapter may stand beside experts alone.</summary>
    public bool IsEmpty => !AllLinear && Pattern is null && Names.Count == 0;

    /// <summary>By last parts of names; <c>all-linear</c> among them means all but the head.</summary>
    public static AdapterTargets Of(IEnumerable<string> names)
    {
        var list = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return list.Contains(LoraOptions.AllLinear) ? new() { AllLinear = true } : new() { Names = list };
    }

    /// <summary>By one text, as PEFT reads it: <c>all-linear</c> or a regular expression.</summary>
    public static AdapterTargets Parse(string text)
        => text == LoraOptions.AllLinear ? new() { AllLinear = true } : new() { Pattern = text };

    /// <summary>Whether a linear gets an adapter.</summary>
    public bool Includes(LinearShape linear)
    {
        if (linear is ExpertShape)
        {
            return false;
        }

        if (AllLinear)
        {
            return !linear.IsHead;
        }

        return Pattern is { } pattern
            ? Matches($"^(?:{pattern})$", linear.Name)
            : Names.Any(name => linear.Name == name || linear.Name.EndsWith("." + name, StringComparison.Ordinal));
    }

    /// <summary>The same without names that only experts have.</summary>
    public AdapterTargets Without(IReadOnlySet<string> names) => this with { Names = [.. Names.Where(name => !names.Contains(name))] };

    /// <summary>The linears chosen, in the model's order.</summary>
    /// <exception cref="UserErrorException">A name matches no linear, or the pattern none at all; the linears there are are listed.</exception>
    public IReadOnlyList<LinearShape> Choose(IReadOnlyList<LinearShape> linears, string field)
    {
        if (IsEmpty)
        {
            return [];
        }

        var there = string.Join(", ", linears.Where(linear => linear is not ExpertShape).Select(linear => linear.LastPart).Distinct(StringComparer.Ordinal));
        var strangers = Names.Where(name => !linears.Any(linear => Of([name]).Includes(linear)));
        UserErrorException.ThrowIfAny(strangers.Select(name => new UserError(field, $"The model has no linear '{name}'; there are {there}, or \"{LoraOptions.AllLinear}\".")));
        var chosen = linears.Where(Includes).ToList();
        return chosen.Count > 0
            ? chosen
            : throw new UserErrorException(field, $"'{Pattern}' matches no linear; the last parts of their names are {there}.");
    }

    /// <summary>Whether a pattern from a file matches; it is bounded in time, and its faults are a person's.</summary>
    internal static bool Matches(string pattern, string name)
    {
        try
        {
            return Regex.IsMatch(name, pattern, RegexOptions.CultureInvariant, RegexTimeout);
        }
        catch (Exception exception) when (exception is ArgumentException or RegexMatchTimeoutException)
        {
            throw new UserErrorException(AdapterFiles.Configuration, exception is RegexMatchTimeoutException
                ? $"'{pattern}' takes too long to match; simplify it."
                : $"'{pattern}' is no regular expression: {exception.Message}");
        }
    }
}
