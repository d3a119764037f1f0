using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Templates.ToolCalls;

/// <summary>A stretch of an answer that is tool calls.</summary>
/// <param name="Span">Where it is, in UTF-16 units.</param>
/// <param name="Calls">What it calls.</param>
internal sealed record FoundCalls(TextSpan Span, IReadOnlyList<ToolCall> Calls);
