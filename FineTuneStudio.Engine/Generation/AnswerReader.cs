using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Engine.Templates.ToolCalls;

namespace FineTuneStudio.Engine.Generation;

/// <summary>Reads answers: their text, and the tool calls that the model wrote in its family's format. Safe to share between threads.</summary>
/// <param name="renderer">The model's own.</param>
public sealed class AnswerReader(Renderer renderer)
{
    /// <summary>How the model writes calls.</summary>
    internal IToolCallFormat Format { get; init; } = ToolCallFormats.Of(renderer.ToolTemplate);

    /// <summary>The text of an answer, or of one turn of it: without special tokens, and without what ended it.</summary>
    public string Text(TokenAnswer answer)
    {
        var text = renderer.Tokenizer.Decode(Said(answer), skipSpecial: true);
        return answer.TextLength is { } length ? text[..length] : text;
    }

    /// <summary>The same with its tool calls taken out.</summary>
    /// <param name="answer">An answer, or one turn of it.</param>
    /// <param name="tools">Names of the tools that the model was told of; <see langword="null"/> for none. Only calls that look like any other JSON need it.</param>
    public ParsedAnswer Read(TokenAnswer answer, IReadOnlySet<string>? tools)
    {
        var (text, special) = Raw(answer);
        var faults = new List<string>();
        var found = Format.Find(text, tools, faults);
        return found.Count == 0
            ? new ParsedAnswer(Text(answer), [], faults)
            : new ParsedAnswer(Without(text, [.. found.Select(part => part.Span), .. special]).Trim(), [.. found.SelectMany(part => part.Calls)], faults);
    }

    private static ReadOnlySpan<int> Said(TokenAnswer answer) => answer.End == AnswerEnd.Stop ? answer.Ids.AsSpan(..^1) : answer.Ids;

    // With special tokens, and where they are; up to the text that ended it.
    private (string Text, List<TextSpan> Special) Raw(TokenAnswer answer)
    {
        var decoder = renderer.Tokenizer.CreateStreamingDecoder(skipSpecial: false);
        var (text, special, plain) = (new StringBuilder(), new List<TextSpan>(), 0);
        var said = Said(answer);
        foreach (var id in said)
        {
            var piece = decoder.Push(id);
            text.Append(piece);
            if (renderer.Tokenizer.IsSpecial(id) && piece.Length > 0)
            {
                // What was held back of the tokens before may come along.
                var own = Math.Min(piece.Length, renderer.Tokenizer.IdToToken(id)!.Length);
                special.Add(new TextSpan(text.Length - own, text.Length));
                plain += piece.Length - own;
            }
            else
            {
                plain += piece.Length;
            }

            if (answer.TextLength is { } length && plain > length)
            {
                return (text.ToString(0, text.Length - (plain - length)), special);
            }
        }

        text.Append(decoder.Finish());
        return (text.ToString(), special);
    }

    private static string Without(string text, List<TextSpan> spans)
    {
        var kept = new StringBuilder();
        var next = 0;
        foreach (var span in spans.OrderBy(span => span.Start))
        {
            kept.Append(text, next, Math.Max(0, span.Start - next));
            next = Math.Max(next, span.End);
        }

        return kept.Append(text, next, text.Length - next).ToString();
    }
}
