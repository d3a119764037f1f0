namespace FineTuneStudio.Engine.Models;

/// <summary>Under which terms a model may be used, as its folder says.</summary>
internal static class ModelLicence
{
    private const int MaxFrontMatterLines = 200;

    /// <summary>From the model card's front matter, else the name of a licence file, else <see langword="null"/>.</summary>
    public static string? Find(string folder)
    {
        var card = Path.Combine(folder, "README.md");
        if (File.Exists(card) && FromCard(card) is { Length: > 0 } named)
        {
            return named;
        }

        return new DirectoryInfo(folder).EnumerateFiles()
            .Select(file => file.Name)
            .Order(StringComparer.Ordinal)
            .FirstOrDefault(name => name.StartsWith("LICENSE", StringComparison.OrdinalIgnoreCase) || name.StartsWith("LICENCE", StringComparison.OrdinalIgnoreCase));
    }

    private static string? FromCard(string path)
    {
        const string Field = "license:";
        var lines = File.ReadLines(path).Take(MaxFrontMatterLines).ToList();
        if (lines is not ["---", ..])
        {
            return null;
        }

        return lines.Skip(1)
            .TakeWhile(line => line != "---")
            .FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal))?[Field.Length..]
            .Trim().Trim('"', '\'');
    }
}
