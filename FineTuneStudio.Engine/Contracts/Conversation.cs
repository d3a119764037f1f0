using System.Text.Json;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>One conversation as a chat template sees it: OpenAI's chat format, key order and number text kept as written.</summary>
/// <param name="Messages">A JSON array of objects with <c>role</c>, <c>content</c>, <c>tool_calls</c>, ...</param>
/// <param name="Tools">A JSON array of tool definitions, or <see langword="null"/>.</param>
/// <param name="Arguments">Further template variables (<c>enable_thinking</c>, ...), or <see langword="null"/>.</param>
public sealed record Conversation(JsonElement Messages, JsonElement? Tools = null, IReadOnlyDictionary<string, JsonElement>? Arguments = null);
