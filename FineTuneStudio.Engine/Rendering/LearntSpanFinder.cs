using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Engine.Tokenizers;

namespace FineTuneStudio.Engine.Rendering;

/// <summary>Finds what the assistant writes in a rendered conversation.</summary>
/// <remarks>
/// A turn begins where the prompt before it ends. Where the prompt is no beginning of the whole text (a template that adds
/// <c>&lt;think&gt;</c> to prompts only, or moves the system message), it begins where the whole text and its twin part: the same
/// conversation with other words in that turn. It ends behind the first special token after the place where the twins meet again, or, for
/// tool calls, behind the last special token of the conversation up to there. A turn that cannot be found safely is not learnt, and said so.
/// </remarks>
internal sealed class LearntSpanFinder(ChatTemplate template, Tokenizer tokenizer)
{
    public LearntSpans Find(ConversationRendering rendering, RenderedTemplate whole, TokenSpan[] tokens, IReadOnlyList<float> weights)
    {
        var learnt = new LearntSpans();
        if (template.HasGenerationBlocks && FromBlocks(rendering, whole, weights, learnt))
        {
            return learnt;
        }

        var text = new RenderedText(whole.Text, tokens, tokenizer);
        var from = 0;
        for (var i = 0; i < rendering.Count; i++)
        {
            if (!rendering.IsAssistant(i) || weights[i] <= 0)
            {
                continue;
            }

            if (Turn(rendering, text, i, learnt.Warnings) is { } span && span.Start >= from)
            {
                learnt.Add(span, weights[i]);
                from = span.End;
            }
            else
            {
                learnt.Warnings.Add($"messages[{i}]: the chat template rewrites this turn so that it cannot be found in the text safely; it is not learnt.");
            }
        }

        return learnt;
    }

    /// <summary>Takes the template's own blocks; <see langword="false"/> where they cannot be told apart by message.</summary>
    private static bool FromBlocks(ConversationRendering rendering, RenderedTemplate whole, IReadOnlyList<float> weights, LearntSpans learnt)
    {
        var spans = whole.GenerationSpans;
        var assistants = Enumerable.Range(0, rendering.Count).Where(rendering.IsAssistant).ToList();
        if (assistants.Select(index => weights[index]).Distinct().Count() <= 1)
        {
            foreach (var span in spans)
            {
                learnt.Add(span, weights[assistants[0]]);
            }

            return true;
        }

        // Each message owns the blocks that its conversation up to there has more than the one before it.
        var taken = 0;
        var owners = new float[spans.Count];
        foreach (var index in assistants)
        {
            var count = rendering.First(index + 1, addGenerationPrompt: false)?.GenerationSpans.Count ?? -1;
            if (count < taken || count > spans.Count)
            {
                return false;
            }

            Array.Fill(owners, weights[index], taken, count - taken);
            taken = count;
        }

        if (taken != spans.Count)
        {
            return false;
        }

        for (var i = 0; i < spans.Count; i++)
        {
            learnt.Add(spans[i], owners[i]);
        }

        return true;
    }

    private static TextSpan? Turn(ConversationRendering rendering, RenderedText text, int index, List<string> warnings)
    {
        var twin = rendering.Twin(index);
        var prompt = rendering.First(index, addGenerationPrompt: true)?.Text;
        int start;
        if (prompt is not null && text.StartsWith(prompt))
        {
            start = prompt.Length;
        }
        else if ((twin ?? (rendering.HasToolCalls(index) ? rendering.ToolTwin(index) : null)) is { } other)
        {
            start = text.CommonStart(other);
            if (prompt is not null && index == rendering.Count - 1 && prompt.Length > start && text.CommonStart(prompt) == start)
            {
                warnings.Add($"messages[{index}]: the prompt of an answer goes on with {Quote(prompt[start..])}, which the learnt text does not have.");
            }
        }
        else
        {
            return null;
        }

        return End(rendering, text, index, start, twin) is { } end && end >= start ? new TextSpan(start, end) : null;
    }

    private static int? End(ConversationRendering rendering, RenderedText text, int index, int start, string? twin)
    {
        var isLast = index == rendering.Count - 1;
        var upToHere = isLast ? text.Text : rendering.First(index + 1, addGenerationPrompt: false)?.Text;
        int? region = upToHere is not null && text.StartsWith(upToHere) ? upToHere.Length : null;
        var hasCalls = rendering.HasToolCalls(index);
        if (hasCalls && region is { } limit)
        {
            return text.EndBefore(start, limit, EndIsWritten());
        }

        // Words that stand where the twins meet again belong to the template; the turn's end is among them.
        if (twin is not null && text.Text.Length - text.CommonEnd(twin) is var body && body >= start && body <= (region ?? text.Text.Length))
        {
            return text.EndFrom(body, isLast ? null : rendering.EndOfLastTurn(index));
        }

        if (region is { } known)
        {
            return text.EndBefore(start, known, EndIsWritten());
        }

        return hasCalls && rendering.ToolTwin(index) is { } toolTwin ? text.FirstSpecialFrom(Math.Max(start, text.Text.Length - text.CommonEnd(toolTwin))) : null;

        bool EndIsWritten() => !string.IsNullOrWhiteSpace(rendering.EndOfLastTurn(index));
    }

    private static string Quote(string text) => '"' + text.Replace("\n", "\\n", StringComparison.Ordinal) + '"';
}
