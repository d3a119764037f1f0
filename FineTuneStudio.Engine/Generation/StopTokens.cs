using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Rendering;

namespace FineTuneStudio.Engine.Generation;

/// <summary>Finds the tokens that end an answer.</summary>
internal static class StopTokens
{
    private const string Probe = """[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]""";

    /// <summary>The tokenizer's stop ids, and the special token by which the chat template ends what the assistant said.</summary>
    /// <remarks>Folders often name only the end of the text, and leave the end of the turn to the template.</remarks>
    /// <returns>Sorted; may be empty.</returns>
    public static IReadOnlyList<int> Of(Renderer renderer)
    {
        var ids = new SortedSet<int>(renderer.Tokenizer.StopIds);
        if (EndOfTurn(renderer) is { } end)
        {
            ids.Add(end);
        }

        return [.. ids];
    }

    private static int? EndOfTurn(Renderer renderer)
    {
        try
        {
            using var messages = JsonDocument.Parse(Probe);
            var row = renderer.RenderConversation(new Conversation(messages.RootElement));
            var learnt = Enumerable.Range(0, row.Ids.Length).Where(index => row.Weights[index] > 0);
            var ends = learnt.Select(index => row.Ids[index]).Where(renderer.Tokenizer.IsSpecial).ToList();
            return ends.Count > 0 ? ends[^1] : null;
        }
        catch (UserErrorException)
        {
            // A template that refuses the probe still answers with the tokenizer's stop ids.
            return null;
        }
    }
}
