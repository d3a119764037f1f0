namespace FineTuneStudio.Engine.Tokenizers.Unicode;

/// <summary>The tables that travel inside the assembly; <c>tools/unicode/tables.py</c> writes them.</summary>
internal static class UnicodeResource
{
    /// <summary>The lines of one table without its comments.</summary>
    public static IEnumerable<string> ReadLines(string name)
    {
        using var stream = typeof(UnicodeResource).Assembly.GetManifestResourceStream(typeof(UnicodeResource), name)
            ?? throw new InvalidOperationException($"The table {name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                yield return line;
            }
        }
    }
}
