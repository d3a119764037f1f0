using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Templates.ToolCalls;

/// <summary>A marker, then a list of calls: Mistral's <c>[TOOL_CALLS][{"name": …, "arguments": {…}}]</c>, and Granite's. Newer Mistrals write <c>[TOOL_CALLS]name[ARGS]{…}</c>.</summary>
/// <param name="marker">What the list follows.</param>
internal sealed class ListFormat(string marker) : IToolCallFormat
{
    public const string Mistral = "[TOOL_CALLS]";
    public const string Granite = "<|tool_call|>";
    private const string Arguments = "[ARGS]";

    public IReadOnlyList<FoundCalls> Find(string text, IReadOnlySet<string>? tools, List<string> faults)
    {
        var found = new List<FoundCalls>();
        for (var start = text.IndexOf(marker, StringComparison.Ordinal); start >= 0;)
        {
            var next = text.IndexOf(marker, start + marker.Length, StringComparison.Ordinal);
            var body = start + marker.Length;
            while (body < text.Length && char.IsWhiteSpace(text[body]))
            {
                body++;
            }

            if (Read(text, body, next < 0 ? text.Length : next, faults) is var (calls, end))
            {
                found.Add(new FoundCalls(new TextSpan(start, end), calls));
            }

            start = next;
        }

        return found;
    }

    private static (IReadOnlyList<ToolCall> Calls, int End)? Read(string text, int body, int limit, List<string> faults)
    {
        var named = text.IndexOf(Arguments, body, limit - body, StringComparison.Ordinal);
        var start = named < 0 ? body : named + Arguments.Length;
        if (start >= limit || CallJson.EndOf(text, start) is not { } end || end > limit)
        {
            faults.Add($"What follows the marker of calls is no whole JSON: {Brief(text[body..limit])}");
            return null;
        }

        var calls = named < 0 ? CallJson.Read(text[start..end], faults) : CallJson.Read(text[body..named].Trim(), text[start..end], faults) is { } call ? [call] : null;
        return calls is null ? null : (calls, end);
    }

    private static string Brief(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
