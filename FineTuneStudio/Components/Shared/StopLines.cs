namespace FineTuneStudio.Components.Shared;

/// <summary>Texts that end an answer as a person writes them: a line each, with <c>\n</c> for a line break and <c>\t</c> for a tab.</summary>
internal static class StopLines
{
    /// <summary>The texts; lines without anything are none.</summary>
    public static IReadOnlyList<string> Read(string lines)
        => [.. lines.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0)
            .Select(line => line.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal))];

    /// <summary>The lines that <see cref="Read"/> makes these texts of.</summary>
    public static string Write(IReadOnlyList<string> stops)
        => string.Join('\n', stops.Select(stop => stop.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)));
}
