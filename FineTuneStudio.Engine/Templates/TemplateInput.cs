using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Templates;

/// <summary>All that a chat template may look at while it renders.</summary>
/// <param name="Conversation">Messages, tools and further variables.</param>
public sealed record TemplateInput(Conversation Conversation)
{
    /// <summary>A JSON array of documents for retrieval templates; <see langword="null"/> is passed as none.</summary>
    public JsonElement? Documents { get; init; }

    /// <summary>Ask for the header of the assistant's next turn at the end.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>Text of the beginning-of-sequence token; <see langword="null"/> leaves <c>bos_token</c> undefined.</summary>
    public string? BosToken { get; init; }

    /// <summary>Text of the end-of-sequence token; <see langword="null"/> leaves <c>eos_token</c> undefined.</summary>
    public string? EosToken { get; init; }

    /// <summary>The clock <c>strftime_now</c> reads.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// Refuse every change of a list or dict, as the reference does. Off, a template may change what it made itself and keeps in a
    /// namespace, which Kimi-K2's template needs; the conversation can never be changed.
    /// </summary>
    public bool StrictSandbox { get; init; }

    /// <summary>How much work and output one rendering may cost.</summary>
    public TemplateLimits Limits { get; init; } = TemplateLimits.Default;
}
