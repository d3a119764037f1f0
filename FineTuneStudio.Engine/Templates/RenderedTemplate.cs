namespace FineTuneStudio.Engine.Templates;

/// <summary>What a chat template made of a conversation.</summary>
/// <param name="Text">The rendered text.</param>
/// <param name="GenerationSpans">
/// Where each <c>{% generation %}</c> block came to lie, in UTF-16 units of <paramref name="Text"/>, in order; empty where the template has none.
/// </param>
public sealed record RenderedTemplate(string Text, IReadOnlyList<TextSpan> GenerationSpans);
