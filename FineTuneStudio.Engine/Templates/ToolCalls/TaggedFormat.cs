namespace FineTuneStudio.Engine.Templates.ToolCalls;

/// <summary>Hermes and Qwen: <c>&lt;tool_call&gt;{"name": …, "arguments": {…}}&lt;/tool_call&gt;</c>, once for each call.</summary>
internal sealed class TaggedFormat : IToolCallFormat
{
    public const string Open = "<tool_call>";
    public const string Close = "</tool_call>";

    public IReadOnlyList<FoundCalls> Find(string text, IReadOnlySet<string>? tools, List<string> faults)
    {
        var found = new List<FoundCalls>();
        for (var start = text.IndexOf(Open, StringComparison.Ordinal); start >= 0;)
        {
            var inside = start + Open.Length;
            var close = text.IndexOf(Close, inside, StringComparison.Ordinal);

            // The end of the answer closes a call as well.
            var (end, next) = close < 0 ? (text.Length, text.Length) : (close, close + Close.Length);
            if (CallJson.Read(text[inside..end], faults) is { } calls)
            {
                found.Add(new FoundCalls(new TextSpan(start, next), calls));
            }

            start = next >= text.Length ? -1 : text.IndexOf(Open, next, StringComparison.Ordinal);
        }

        return found;
    }
}
