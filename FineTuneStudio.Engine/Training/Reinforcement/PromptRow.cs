using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>A row of the dataset as a prompt to answer.</summary>
/// <param name="Number">Among the file's good rows, from 0.</param>
/// <param name="Line">Where it begins in its file, from 1.</param>
/// <param name="Ids">The prompt as the model reads it, up to where its answer begins. <c>[P]</c></param>
/// <param name="Question">The last user turn, as the person wrote it.</param>
/// <param name="Expected">The dataset's own answer; empty where there is none.</param>
/// <param name="Item">The row's fields, for the grader.</param>
internal sealed record PromptRow(int Number, long Line, int[] Ids, string Question, string Expected, JsonElement Item)
{
    /// <summary>Names of the tools that the row offers; <see langword="null"/> where it offers none.</summary>
    public IReadOnlySet<string>? Tools { get; } = ToolNames.Of(Item);

    /// <summary>Factor on what its answers teach; 0 teaches nothing.</summary>
    public double Weight { get; } = WeightOf(Item);

    /// <summary>The conversation that <see cref="Ids"/> are of, where answers may go on with it; <see langword="null"/> elsewhere.</summary>
    public Conversation? Conversation { get; init; }

    // Beside messages only: a table's column of that name is data.
    private static double WeightOf(JsonElement item)
        => item.ValueKind == JsonValueKind.Object && item.TryGetProperty("messages", out _) && item.TryGetProperty("weight", out var weight) && weight.ValueKind == JsonValueKind.Number
            ? weight.GetDouble()
            : 1;
}
