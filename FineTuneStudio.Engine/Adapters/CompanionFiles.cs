namespace FineTuneStudio.Engine.Adapters;

/// <summary>The files beside the weights that belong to a model: configuration, tokenizer, template, licence. Code and pickled weights never do.</summary>
public static class CompanionFiles
{
    private static readonly string[] Names =
    [
        "added_tokens.json", "chat_template.jinja", "chat_template.json", "config.json", "generation_config.json", "merges.txt",
        "preprocessor_config.json", "processor_config.json",
        "special_tokens_map.json", "tiktoken.model", "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.json", "vocab.txt",
    ];

    /// <summary>Whether a file of a model's folder itself, by its name, is one of them.</summary>
    public static bool Contains(string name)
        => Names.Contains(name) || name.EndsWith(".tiktoken", StringComparison.Ordinal)
            || name.StartsWith("LICENSE", StringComparison.OrdinalIgnoreCase) || name.StartsWith("NOTICE", StringComparison.OrdinalIgnoreCase);
}
