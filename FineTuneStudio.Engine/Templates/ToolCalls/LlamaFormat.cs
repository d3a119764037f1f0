using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Templates.ToolCalls;

/// <summary>Llama 3.x: the whole answer is <c>{"name": …, "parameters": {…}}</c>, or several with semicolons between them, with or without <c>&lt;|python_tag|&gt;</c> before it.</summary>
/// <remarks>Without the tag an answer that is JSON is a call only where it names a tool that the model was told of.</remarks>
internal sealed class LlamaFormat : IToolCallFormat
{
    public const string Tag = "<|python_tag|>";

    public IReadOnlyList<FoundCalls> Find(string text, IReadOnlySet<string>? tools, List<string> faults)
    {
        var tag = text.IndexOf(Tag, StringComparison.Ordinal);
        var start = tag >= 0 ? tag + Tag.Length : 0;
        if (tag < 0 && (tools is null || !text.AsSpan().TrimStart().StartsWith("{", StringComparison.Ordinal)))
        {
            return [];
        }

        var (calls, heard) = (new List<ToolCall>(), new List<string>());
        for (var place = start; place < text.Length;)
        {
            if (char.IsWhiteSpace(text[place]) || (calls.Count > 0 && text[place] == ';'))
            {
                place++;
                continue;
            }

            if (CallJson.EndOf(text, place) is not { } end || CallJson.Read(text[place..end], heard) is not { } read)
            {
                heard.Add("The answer is no whole JSON.");
                calls.Clear();
                break;
            }

            calls.AddRange(read);
            place = end;
        }

        if (tag >= 0 && calls.Count == 0)
        {
            faults.AddRange(heard.Take(1));
        }

        return calls.Count > 0 && (tag >= 0 || calls.TrueForAll(call => tools!.Contains(call.Name))) ? [new FoundCalls(new TextSpan(tag >= 0 ? tag : 0, text.Length), calls)] : [];
    }
}
