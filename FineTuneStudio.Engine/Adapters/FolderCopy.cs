using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>Copies files of a model folder, each whole or not at all.</summary>
internal static class FolderCopy
{
    // What a model folder may hold beside its weights. Code (*.py) and pickled weights are never taken along.
    private static readonly string[] Extensions = [".json", ".jinja", ".txt", ".model", ".tiktoken"];

    public static void File(string source, string target)
    {
        using var from = System.IO.File.OpenRead(source);
        using var to = DurableFile.Create(target);
        from.CopyTo(to.Stream);
        to.Commit();
    }

    /// <summary>Names of the files beside the weights that belong to a model: configuration, tokenizer, template, licence.</summary>
    public static IEnumerable<string> Companions(string folder)
        => new DirectoryInfo(folder).EnumerateFiles()
            .Select(file => file.Name)
            .Where(name => Extensions.Contains(Path.GetExtension(name))
                || name.StartsWith("LICENSE", StringComparison.OrdinalIgnoreCase) || name.StartsWith("NOTICE", StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal);
}
