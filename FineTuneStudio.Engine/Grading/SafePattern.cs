using System.Text.RegularExpressions;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading;

/// <summary>A regular expression that a person wrote and that meets texts a model wrote: linear in time where the pattern allows, else cut off after a second.</summary>
internal sealed class SafePattern
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private readonly Regex _search;
    private readonly Regex _whole;

    private SafePattern(string source, Regex search, Regex whole) => (Source, _search, _whole) = (source, search, whole);

    /// <summary>As written.</summary>
    public string Source { get; }

    /// <summary>Reads a pattern; a fault is told and gives <see langword="null"/>.</summary>
    public static SafePattern? Parse(string source, RegexOptions options, Action<string> fault)
    {
        try
        {
            return new SafePattern(source, Create(source, options), Create($@"\A(?:{source})\z", options));
        }
        catch (ArgumentException exception)
        {
            fault($"Found '{source}'; expected a regular expression: {exception.Message}");
            return null;
        }
    }

    /// <summary>The first place the pattern fits; <see langword="null"/> where there is none.</summary>
    /// <exception cref="GradeException">It took too long.</exception>
    public Match? Find(string text) => Guarded(() => _search.Match(text)) is { Success: true } match ? match : null;

    /// <summary>Whether the pattern fits the text from end to end.</summary>
    /// <exception cref="GradeException">It took too long.</exception>
    public bool FitsAll(string text) => Guarded(() => _whole.IsMatch(text));

    // Look-arounds and back-references need the engine that can run for ever.
    private static Regex Create(string source, RegexOptions options)
    {
        options |= RegexOptions.CultureInvariant;
        try
        {
            return new Regex(source, options | RegexOptions.NonBacktracking, Longest);
        }
        catch (NotSupportedException)
        {
            return new Regex(source, options, Longest);
        }
    }

    private T Guarded<T>(Func<T> match)
    {
        try
        {
            return match();
        }
        catch (RegexMatchTimeoutException)
        {
            throw new GradeException(GradeErrorKind.Timeout, $"/{Source}/ took longer than {Longest.TotalSeconds:0} s on this text. Avoid repeats inside of repeats, as in (a+)+.");
        }
    }
}
