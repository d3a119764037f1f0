namespace FineTuneStudio.Engine.Templates.ToolCalls;

/// <summary>Which format a model writes its tool calls in.</summary>
internal static class ToolCallFormats
{
    private const string LlamaParameters = "\"parameters\":";

    private static readonly (string Mark, IToolCallFormat Format)[] Known =
    [
        (SectionFormat.KimiMark, SectionFormat.Kimi), (SectionFormat.DeepSeekMark, SectionFormat.DeepSeek), (ListFormat.Mistral, new ListFormat(ListFormat.Mistral)),
        (ListFormat.Granite, new ListFormat(ListFormat.Granite)), (HarmonyFormat.Mark, new HarmonyFormat()), (TaggedFormat.Open, new TaggedFormat()),
        (LlamaFormat.Tag, new LlamaFormat()), (LlamaParameters, new LlamaFormat()),
    ];

    /// <summary>The format whose marks the chat template writes; a template that knows no tools leaves the most common one, <see cref="TaggedFormat"/>.</summary>
    /// <param name="template">The model's.</param>
    public static IToolCallFormat Of(ChatTemplate template)
        => Known.FirstOrDefault(known => template.Source.Contains(known.Mark, StringComparison.Ordinal)).Format ?? new TaggedFormat();
}
