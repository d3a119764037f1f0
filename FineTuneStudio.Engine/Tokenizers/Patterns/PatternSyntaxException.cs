namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>A regular expression that cannot be read; the loader names the file around it.</summary>
internal sealed class PatternSyntaxException(string pattern, int index, string message)
    : Exception($"The pattern '{Shorten(pattern)}' cannot be read at character {index + 1}: {message}")
{
    private static string Shorten(string pattern) => pattern.Length <= 200 ? pattern : string.Concat(pattern.AsSpan(0, 200), "...");
}
