using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Templates;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>Copies files of a model folder, each whole or not at all.</summary>
internal static class FolderCopy
{
    private static readonly string[] Names =
    [
        "added_tokens.json", "chat_template.jinja", "chat_template.json", "config.json", "generation_config.json", "merges.txt",
        "preprocessor_config.json", "processor_config.json",
        "special_tokens_map.json", "tiktoken.model", "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.json", "vocab.txt",
    ];

    public static void File(string source, string target)
    {
        DurableFile.CreateFolder(Path.GetDirectoryName(target)!);
        using var from = System.IO.File.OpenRead(source);
        using var to = DurableFile.Create(target);
        from.CopyTo(to.Stream);
        to.Commit();
    }

    /// <summary>The files beside the weights that belong to a model: configuration, tokenizer, template, licence. Code and pickled weights never do.</summary>
    public static IEnumerable<string> Companions(string folder)
        => new DirectoryInfo(folder).EnumerateFiles()
            .Select(file => file.Name)
            .Where(name => Names.Contains(name) || name.EndsWith(".tiktoken", StringComparison.Ordinal)
                || name.StartsWith("LICENSE", StringComparison.OrdinalIgnoreCase) || name.StartsWith("NOTICE", StringComparison.OrdinalIgnoreCase))
            .Concat(AdditionalTemplates.Of(folder))
            .Order(StringComparer.Ordinal);
}
