using System.Text;
using System.Text.RegularExpressions;

namespace FineTuneStudio.Engine.Grading.Mathematics;

/// <summary>Mathematics as models and datasets write it, made plain: one way to write each sign, no layout.</summary>
internal static partial class MathText
{
    /// <summary>Longest text that is read as mathematics.</summary>
    public const int Longest = 1000;

    private static readonly (string From, string To)[] Signs =
    [
        ("{,}", ","), ("\\left", ""), ("\\right", ""), ("\\!", ""), ("\\,", " "), ("\\;", " "), ("\\:", " "), ("\\ ", " "), ("~", " "), ("\\quad", " "),
        ("\\dfrac", "\\frac"), ("\\tfrac", "\\frac"), ("\\cfrac", "\\frac"), ("\\cdot", "*"), ("\\times", "*"), ("\\div", "/"), ("\\$", ""), ("$", ""), ("€", ""), ("£", ""),
        ("\\%", "%"), ("\\{", "{"), ("\\}", "}"), ("\\(", ""), ("\\)", ""), ("\\[", ""), ("\\]", ""),
        ("^\\circ", "°"), ("^{\\circ}", "°"), ("\\circ", "°"), ("\\pi", "π"),
        ("−", "-"), ("–", "-"), ("×", "*"), ("·", "*"), ("÷", "/"), ("⁄", "/"), ("²", "^2"), ("³", "^3"), ("\u00A0", " "), ("\u202F", " "), ("\u2009", " "),
        ("½", " 1/2"), ("⅓", " 1/3"), ("⅔", " 2/3"), ("¼", " 1/4"), ("¾", " 3/4"), ("√", "\\sqrt"),
    ];

    /// <summary>The plain text.</summary>
    public static string Normalise(string text)
    {
        var plain = new StringBuilder(Words().Replace(text, " $1 "));
        foreach (var (from, to) in Signs)
        {
            plain.Replace(from, to);
        }

        var result = Spaces().Replace(plain.ToString(), " ").Trim().TrimEnd('.').TrimEnd();
        result = Thousands().Replace(result, match => match.Value.Replace(",", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
        return Assignment().Replace(result, "");
    }

    /// <summary>The part of a text that is its answer.</summary>
    /// <param name="text">What a model or a dataset says.</param>
    /// <param name="extract">auto, boxed, last_number or whole.</param>
    /// <returns><see langword="null"/> where there is none of that kind.</returns>
    public static string? Answer(string text, string extract) => extract switch
    {
        "whole" => text,
        "boxed" => Boxed(text),
        "last_number" => LastNumber(text),
        _ => Boxed(text) ?? Marked(text) ?? (MathExpression.TryParse(text) is not null ? text : null) ?? Announced(text) ?? (LooksLikeProse(text) ? LastNumber(text) : null) ?? text,
    };

    /// <summary>The last number of a text, with what makes it a fraction, a power of ten or a percentage.</summary>
    public static string? LastNumber(string text) => NumberInProse().Matches(text) is { Count: > 0 } matches ? matches[^1].Value : null;

    // The last \boxed{…}, braces balanced.
    private static string? Boxed(string text)
    {
        var start = text.LastIndexOf("\\boxed{", StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        var depth = 0;
        for (var index = start + 6; index < text.Length; index++)
        {
            depth += text[index] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return text[(start + 7)..index];
            }
        }

        return null;
    }

    // As grade-school datasets end: "#### 72".
    private static string? Marked(string text)
        => text.LastIndexOf("####", StringComparison.Ordinal) is var mark and >= 0 ? text[(mark + 4)..].Trim().Split('\n')[0].Trim() : null;

    private static string? Announced(string text)
        => Announcement().Matches(text) is { Count: > 0 } matches && matches[^1].Groups[1].Value.Trim() is { Length: > 0 } answer
            ? MathExpression.TryParse(answer) is not null ? answer : LastNumber(answer)
            : null;

    private static bool LooksLikeProse(string text) => text.Length > Longest || Prose().Count(text) >= 2;

    [GeneratedRegex(@"\\(?:text|textbf|mathrm|mathbf|mbox|operatorname)\s*\{([^{}]*)\}")]
    private static partial Regex Words();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])|(?<![\d.,] ?)\d{1,3}(?: \d{3})+(?![\d ]*[\d/])")]
    private static partial Regex Thousands();

    [GeneratedRegex(@"^[A-Za-z]\w?\s*=\s*")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"(?<![\w.])[-+−]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)?(?:\.\d+|(?<=\d))(?:[eE][-+]?\d+)?(?:/\d+)?\s?%?")]
    private static partial Regex NumberInProse();

    [GeneratedRegex(@"(?i)\banswer(?:\s+is)?\s*[:=]?\s*\**\s*([^\n]*)")]
    private static partial Regex Announcement();

    [GeneratedRegex(@"(?<![\\\p{L}])\p{L}{2,}")]
    private static partial Regex Prose();
}
