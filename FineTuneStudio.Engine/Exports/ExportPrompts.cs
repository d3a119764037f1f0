using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Rendering;

namespace FineTuneStudio.Engine.Exports;

/// <summary>What a model is asked when an export is checked: a few everyday things, through its own chat template.</summary>
internal static class ExportPrompts
{
    private static readonly string[] Questions =
    [
        "Hello! Who are you?",
        "My card was charged twice for the same order. What should I do?",
        "Write one sentence about the sea, then the numbers from 1 to 5.",
        "Translate into French: The train leaves at 7:45 from platform 3.",
    ];

    /// <summary>Ids of each prompt.</summary>
    public static IReadOnlyList<int[]> Of(Renderer renderer) => [.. Questions.Select(question => renderer.RenderPrompt(
        new Conversation(JsonSerializer.SerializeToElement(new[] { new { role = "user", content = question } }))).Ids)];
}
