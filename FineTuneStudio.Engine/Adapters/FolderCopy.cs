using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Templates;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>Copies files of a model folder, each whole or not at all.</summary>
internal static class FolderCopy
{
    public static void File(string source, string target)
    {
        DurableFile.CreateFolder(Path.GetDirectoryName(target)!);
        using var from = System.IO.File.OpenRead(source);
        using var to = DurableFile.Create(target);
        from.CopyTo(to.Stream);
        to.Commit();
    }

    /// <summary>The <see cref="CompanionFiles"/> of a folder, and its additional templates, as paths from it.</summary>
    public static IEnumerable<string> Companions(string folder)
        => new DirectoryInfo(folder).EnumerateFiles()
            .Select(file => file.Name)
            .Where(CompanionFiles.Contains)
            .Concat(AdditionalTemplates.Of(folder))
            .Order(StringComparer.Ordinal);
}
