using System.Globalization;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>How many of something, as a sentence says it.</summary>
public static class Counted
{
    /// <summary>1 row, 1,200 rows.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">What one of them is called.</param>
    /// <param name="many">What several are called, where that is not the word for one and an s.</param>
    public static string Text(long count, string one, string? many = null)
        => count.ToString("N0", CultureInfo.InvariantCulture) + " " + (count == 1 ? one : many ?? one + "s");
}
