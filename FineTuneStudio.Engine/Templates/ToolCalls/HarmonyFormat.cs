namespace FineTuneStudio.Engine.Templates.ToolCalls;

/// <summary>gpt-oss: a message to <c>functions.NAME</c>, usually on the channel <c>commentary</c>; its content is the arguments.</summary>
internal sealed class HarmonyFormat : IToolCallFormat
{
    public const string Mark = "<|channel|>commentary";
    private const string Start = "<|start|>";
    private const string Message = "<|message|>";
    private const string Recipient = "to=functions.";
    private static readonly string[] Ends = ["<|call|>", "<|end|>", "<|return|>", Start];

    public IReadOnlyList<FoundCalls> Find(string text, IReadOnlySet<string>? tools, List<string> faults)
    {
        var found = new List<FoundCalls>();
        for (var begin = 0; begin < text.Length;)
        {
            // The first message of an answer has its start in the prompt.
            var content = text.IndexOf(Message, begin, StringComparison.Ordinal);
            if (content < 0)
            {
                break;
            }

            content += Message.Length;
            var (end, next) = EndOf(text, content);
            var header = text[begin..(content - Message.Length)];
            if (header.IndexOf(Recipient, StringComparison.Ordinal) is var to and >= 0)
            {
                var name = new string([.. header[(to + Recipient.Length)..].TakeWhile(letter => !char.IsWhiteSpace(letter) && letter != '<')]);
                if (CallJson.Read(name, text[content..end], faults) is { } call)
                {
                    found.Add(new FoundCalls(new TextSpan(begin, next), [call]));
                }
            }

            begin = next;
        }

        return found;
    }

    private static (int End, int Next) EndOf(string text, int content)
    {
        var (end, next) = (text.Length, text.Length);
        foreach (var mark in Ends)
        {
            if (text.IndexOf(mark, content, StringComparison.Ordinal) is var place and >= 0 && place < end)
            {
                (end, next) = (place, mark == Start ? place : place + mark.Length);
            }
        }

        return (end, next);
    }
}
