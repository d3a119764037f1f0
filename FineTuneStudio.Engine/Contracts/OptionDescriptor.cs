namespace FineTuneStudio.Engine.Contracts;

/// <summary>What a page, the documentation and the command line say about one option.</summary>
public interface IOptionDescriptor
{
    /// <summary>JSON path in <see cref="RunSpecification"/>, e.g. <c>lora.rank</c>.</summary>
    string Path { get; }

    /// <summary>Name in the interface.</summary>
    string Label { get; }

    /// <summary>Unit, or empty for a plain number or choice.</summary>
    string Unit { get; }

    /// <summary>What it is, in plain words.</summary>
    string Meaning { get; }

    /// <summary>What raising it (or switching it on) does.</summary>
    string Effect { get; }

    /// <summary>Why the default is what it is.</summary>
    string Reason { get; }

    /// <summary>Where that is from.</summary>
    string Source { get; }

    /// <summary>The default as text.</summary>
    string DefaultText { get; }
}

/// <inheritdoc cref="IOptionDescriptor"/>
/// <param name="Path">JSON path in <see cref="RunSpecification"/>.</param>
/// <param name="Label">Name in the interface.</param>
/// <param name="Unit">Unit, or empty.</param>
/// <param name="Default">The one default.</param>
/// <param name="Meaning">What it is, in plain words.</param>
/// <param name="Effect">What raising it does.</param>
/// <param name="Reason">Why this default.</param>
/// <param name="Source">Where that is from.</param>
public sealed record OptionDescriptor<T>(
    string Path, string Label, string Unit, T Default, string Meaning, string Effect, string Reason, string Source) : IOptionDescriptor
{
    /// <summary>The default as forms call it, where that is not its name.</summary>
    public string? DefaultLabel { get; init; }

    /// <inheritdoc/>
    public string DefaultText => DefaultLabel ?? Default switch
    {
        bool on => on ? "on" : "off",
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => Default?.ToString() ?? "",
    };
}
