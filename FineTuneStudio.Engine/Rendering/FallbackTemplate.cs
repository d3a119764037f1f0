using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Engine.Tokenizers;

namespace FineTuneStudio.Engine.Rendering;

/// <summary>The template of models that have none: plain ChatML, without tools.</summary>
internal static class FallbackTemplate
{
    private const string TurnEnd = "<|im_end|>";

    private const string Source = """
        {%- for message in messages %}
        {{- '<|im_start|>' + message.role + '\n' }}
        {%- if message.role == 'assistant' %}
        {%- generation %}
        {{- (message.content or '') + END }}
        {%- endgeneration %}
        {%- else %}
        {{- (message.content or '') + END }}
        {%- endif %}
        {{- '\n' }}
        {%- endfor %}
        {%- if add_generation_prompt %}
        {{- '<|im_start|>assistant\n' }}
        {%- endif %}
        """;

    /// <summary>ChatML whose turns end with a token that the tokenizer has: its own end of text where it lacks ChatML's end of turn.</summary>
    public static ChatTemplate For(Tokenizer tokenizer) => ChatTemplate.Parse(Source.Replace(
        "END",
        tokenizer.TokenToId(TurnEnd) is null && tokenizer.Eos is not null ? "eos_token" : $"'{TurnEnd}'",
        StringComparison.Ordinal));

    public static string Warning(string modelFolder) =>
        $"{modelFolder} has no chat template, so conversations are written as plain ChatML (<|im_start|>role ... <|im_end|>). "
        + "Put the model's own chat_template.jinja into the folder where there is one.";
}
