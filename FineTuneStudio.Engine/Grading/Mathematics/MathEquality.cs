using System.Text;

namespace FineTuneStudio.Engine.Grading.Mathematics;

/// <summary>Whether two written answers mean the same: as numbers, as lists of them, else as the same text without layout.</summary>
internal static class MathEquality
{
    /// <summary>Whether both mean the same.</summary>
    public static bool Holds(string answer, string reference, MathTolerance tolerance)
    {
        if (MathExpression.TryParse(answer) is { } found && MathExpression.TryParse(reference) is { } expected)
        {
            return found.IsNear(expected, tolerance);
        }

        var ours = Entries(MathText.Normalise(answer));
        var theirs = Entries(MathText.Normalise(reference));
        return ours.Count == theirs.Count && ours.Count > 1
            ? ours.Zip(theirs).All(pair => Holds(pair.First, pair.Second, tolerance))
            : Compact(answer) == Compact(reference);
    }

    // The entries of (a, b) or a, b: parted by the commas that stand in no bracket.
    private static List<string> Entries(string text)
    {
        var inside = text.Length > 1 && (text[0], text[^1]) is ('(', ')') or ('[', ']') or ('{', '}') or ('(', ']') or ('[', ')') ? text[1..^1] : text;
        var entries = new List<string>();
        var (depth, start) = (0, 0);
        for (var index = 0; index < inside.Length; index++)
        {
            depth += inside[index] switch { '(' or '[' or '{' => 1, ')' or ']' or '}' => -1, _ => 0 };
            if (inside[index] == ',' && depth == 0)
            {
                entries.Add(inside[start..index]);
                start = index + 1;
            }
        }

        entries.Add(inside[start..]);
        return entries;
    }

    private static string Compact(string text)
        => MathText.Normalise(text).Where(letter => letter != ' ').Aggregate(new StringBuilder(), (compact, letter) => compact.Append(letter)).ToString();
}
