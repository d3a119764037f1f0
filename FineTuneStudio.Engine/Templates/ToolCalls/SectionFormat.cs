using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Templates.ToolCalls;

/// <summary>A section of calls between tokens, each with its name before its arguments: Kimi K2 and DeepSeek V3, R1.</summary>
/// <param name="section">What opens and closes the section.</param>
/// <param name="call">What opens and closes a call.</param>
/// <param name="separator">What parts name and arguments.</param>
internal sealed class SectionFormat((string Open, string Close) section, (string Open, string Close) call, string separator) : IToolCallFormat
{
    public const string KimiMark = "<|tool_calls_section_begin|>";
    public const string DeepSeekMark = "<｜tool▁calls▁begin｜>";

    /// <summary><c>functions.NAME:0</c> before the arguments.</summary>
    public static SectionFormat Kimi => new((KimiMark, "<|tool_calls_section_end|>"), ("<|tool_call_begin|>", "<|tool_call_end|>"), "<|tool_call_argument_begin|>");

    /// <summary>The name before the arguments; in older templates <c>function</c>, then the name on a line, then the arguments in a block of code.</summary>
    public static SectionFormat DeepSeek => new((DeepSeekMark, "<｜tool▁calls▁end｜>"), ("<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>"), "<｜tool▁sep｜>");

    public IReadOnlyList<FoundCalls> Find(string text, IReadOnlySet<string>? tools, List<string> faults)
    {
        var start = text.IndexOf(section.Open, StringComparison.Ordinal);
        if (start < 0)
        {
            return [];
        }

        var inside = start + section.Open.Length;
        var close = text.IndexOf(section.Close, inside, StringComparison.Ordinal);
        var (end, next) = close < 0 ? (text.Length, text.Length) : (close, close + section.Close.Length);
        var calls = new List<ToolCall>();
        foreach (var part in text[inside..end].Split(call.Open).Skip(1))
        {
            var closed = part.IndexOf(call.Close, StringComparison.Ordinal);
            var body = closed < 0 ? part : part[..closed];
            var middle = body.IndexOf(separator, StringComparison.Ordinal);
            if (middle < 0)
            {
                faults.Add($"A call has no {separator} between its name and its arguments.");
                return [];
            }

            if (Read(body[..middle].Trim(), body[(middle + separator.Length)..].Trim(), faults) is not { } read)
            {
                return [];
            }

            calls.Add(read);
        }

        return calls.Count > 0 ? [new FoundCalls(new TextSpan(start, next), calls)] : [];
    }

    private static ToolCall? Read(string head, string body, List<string> faults)
    {
        // function, the name, ```json, the arguments, ```
        var fence = body.IndexOf("```", StringComparison.Ordinal);
        if (head == "function" && fence >= 0)
        {
            var arguments = body[(fence + 3)..];
            arguments = arguments.StartsWith("json", StringComparison.Ordinal) ? arguments[4..] : arguments;
            return CallJson.Read(body[..fence].Trim(), arguments.Split("```")[0], faults);
        }

        // functions.NAME:0
        var name = head.StartsWith("functions.", StringComparison.Ordinal) ? head["functions.".Length..] : head;
        var number = name.LastIndexOf(':');
        return CallJson.Read(number > 0 && name[(number + 1)..].All(char.IsAsciiDigit) ? name[..number] : name, body, faults);
    }
}
