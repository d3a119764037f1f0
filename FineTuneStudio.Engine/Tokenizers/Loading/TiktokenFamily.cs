using FineTuneStudio.Engine.Tokenizers.Splitters;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>What a tiktoken file leaves unsaid: the pattern and the special tokens, known by the number of ranks.</summary>
/// <param name="Name">The family's name.</param>
/// <param name="RankCount">How many ranks its file has.</param>
/// <param name="Pattern">How it cuts text.</param>
/// <param name="SpecialTokens">Its special tokens and their ids.</param>
/// <param name="BeginId">The token put in front of a text, or -1.</param>
internal sealed record TiktokenFamily(string Name, int RankCount, string Pattern, IReadOnlyList<(string Text, int Id)> SpecialTokens, int BeginId = -1)
{
    /// <summary>The class that Kimi's and Moonlight's folders name, whatever the number of their ranks.</summary>
    public const string KimiClass = "TikTokenTokenizer";

    /// <summary>Kimi: so many ids behind the ranks are special, those without a name of their own too.</summary>
    public static TiktokenFamily Kimi { get; } = new("kimi", 163584, KnownPatterns.Kimi, []) { ReservedIds = 256 };

    /// <summary>Special tokens behind the ranks, named by their id where the folder does not name them.</summary>
    public int ReservedIds { get; private init; }

    /// <summary>The families that are known.</summary>
    public static IReadOnlyList<TiktokenFamily> All { get; } =
    [
        new("r50k_base", 50256, Gpt2Scanner.Pattern, [("<|endoftext|>", 50256)]),
        new("p50k_base", 50280, Gpt2Scanner.Pattern, [("<|endoftext|>", 50256)]),
        new("cl100k_base", 100256, KnownPatterns.Cl100k,
        [
            ("<|endoftext|>", 100257), ("<|fim_prefix|>", 100258), ("<|fim_middle|>", 100259), ("<|fim_suffix|>", 100260),
            ("<|endofprompt|>", 100276),
        ]),
        new("o200k_base", 199998, O200kScanner.Pattern, [("<|endoftext|>", 199999), ("<|endofprompt|>", 200018)]),
        new("qwen", 151643, KnownPatterns.Qwen2, [("<|endoftext|>", 151643), ("<|im_start|>", 151644), ("<|im_end|>", 151645)]),
        new("llama3", 128000, KnownPatterns.Llama3, Llama3SpecialTokens(), BeginId: 128000),
        Kimi,
    ];

    private static List<(string Text, int Id)> Llama3SpecialTokens()
    {
        string[] named =
        [
            "<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>", "<|reserved_special_token_1|>",
            "<|finetune_right_pad_id|>", "<|step_id|>", "<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>", "<|eot_id|>", "<|python_tag|>",
        ];
        var reserved = Enumerable.Range(2, 256 - named.Length).Select(number => $"<|reserved_special_token_{number}|>");
        return [.. named.Concat(reserved).Select((text, index) => (text, 128000 + index))];
    }
}
