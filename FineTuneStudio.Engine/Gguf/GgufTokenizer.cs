using System.Text.RegularExpressions;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf.Vocabularies;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Engine.Tokenizers;

namespace FineTuneStudio.Engine.Gguf;

/// <summary>Tokenizer and chat template under llama.cpp's keys.</summary>
internal static partial class GgufTokenizer
{
    /// <summary>Sets them.</summary>
    /// <param name="renderer">The model's template and tokenizer, as it was trained with.</param>
    /// <param name="rows">Rows of the embedding.</param>
    /// <param name="source">What messages call the tokenizer.</param>
    /// <param name="metadata">Where to.</param>
    /// <param name="notes">What a person should know.</param>
    /// <exception cref="UserErrorException">llama.cpp could not tokenize the same.</exception>
    public static void Describe(Renderer renderer, int rows, string source, GgufMetadata metadata, List<string> notes)
    {
        Describe(renderer.Tokenizer, rows, source, metadata, notes);
        metadata.Set("tokenizer.chat_template", ForOthers(renderer.Template.Source));
        if (!ReferenceEquals(renderer.ToolTemplate, renderer.Template))
        {
            metadata.Set("tokenizer.chat_templates", (string[])[AdditionalTemplates.ToolUse]);
            metadata.Set($"tokenizer.chat_template.{AdditionalTemplates.ToolUse}", ForOthers(renderer.ToolTemplate.Source));
        }
    }

    /// <summary>Sets the tokenizer alone.</summary>
    public static void Describe(Tokenizer tokenizer, int rows, string source, GgufMetadata metadata, List<string> notes)
    {
        var vocabulary = VocabularyBuilder.Build(tokenizer, rows, source);
        notes.AddRange(vocabulary.Notes);
        metadata.Set("tokenizer.ggml.model", vocabulary.Model);
        metadata.Set("tokenizer.ggml.pre", vocabulary.PreTokenizer);
        metadata.Set("tokenizer.ggml.tokens", vocabulary.Tokens);
        metadata.Set("tokenizer.ggml.token_type", Array.ConvertAll(vocabulary.Types, type => (int)type));
        metadata.SetOptional("tokenizer.ggml.scores", vocabulary.Scores);
        metadata.SetOptional("tokenizer.ggml.merges", vocabulary.Merges);
        metadata.SetOptional("tokenizer.ggml.add_space_prefix", vocabulary.AddsSpacePrefix);
        DescribeSpecial(tokenizer, metadata);
    }

    private static void DescribeSpecial(Tokenizer tokenizer, GgufMetadata metadata)
    {
        var frame = tokenizer.Parts.Frame;

        // Without these, llama.cpp takes ids of its own that mean something else here.
        var end = tokenizer.Eos ?? tokenizer.Pad;
        metadata.SetOptional("tokenizer.ggml.bos_token_id", (uint?)(tokenizer.Bos ?? tokenizer.Pad ?? end)?.Id);
        metadata.SetOptional("tokenizer.ggml.eos_token_id", (uint?)end?.Id);
        metadata.SetOptional("tokenizer.ggml.unknown_token_id", (uint?)tokenizer.Unknown?.Id);
        metadata.SetOptional("tokenizer.ggml.padding_token_id", (uint?)tokenizer.Pad?.Id);
        metadata.Set("tokenizer.ggml.add_bos_token", tokenizer.Bos is { } bos && frame.Before.Contains(bos.Id));
        metadata.Set("tokenizer.ggml.add_eos_token", tokenizer.Eos is { } eos && frame.After.Contains(eos.Id));

        // An answer may end by several tokens; the file has room for two besides the first.
        var others = tokenizer.StopIds.Where(id => id != end?.Id).ToList();
        metadata.SetOptional("tokenizer.ggml.eot_token_id", others.Count > 0 ? (uint)others[0] : null);
        metadata.SetOptional("tokenizer.ggml.eom_token_id", others.Count > 1 ? (uint)others[1] : null);
    }

    // Other engines do not know blocks that mark what is learnt; a condition that always holds renders the same, white space included.
    private static string ForOthers(string template)
        => GenerationEnd().Replace(GenerationStart().Replace(template, "{%$1 if true $2%}"), "{%$1 endif $2%}");

    [GeneratedRegex(@"\{%([-+]?)\s*generation\s*([-+]?)%\}")]
    private static partial Regex GenerationStart();

    [GeneratedRegex(@"\{%([-+]?)\s*endgeneration\s*([-+]?)%\}")]
    private static partial Regex GenerationEnd();
}
